/// One of the servers that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// What all of this is about.
    Pullgate,
    /// The fastest that a general proxy gets.
    Nginx,
    /// The registry that most mirrors run.
    DockerRegistry,
}

impl Peer {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 3] = [Self::Pullgate, Self::Nginx, Self::DockerRegistry];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pullgate => "Pullgate",
            Self::Nginx => "nginx",
            Self::DockerRegistry => "docker-registry",
        }
    }
}

/// One thing for each server.
#[derive(Clone, Debug, Default)]
pub(crate) struct EachPeer<T> {
    things: [T; 3],
}

impl<T> EachPeer<T> {
    /// Makes one for each.
    pub(crate) fn try_make<E>(make: impl FnMut(Peer) -> Result<T, E>) -> Result<Self, E> {
        let things: Result<Vec<T>, E> = Peer::ALL.into_iter().map(make).collect();
        match <[T; 3]>::try_from(things?) {
            Ok(things) => Ok(Self { things }),
            Err(_) => unreachable!("there are three of them"),
        }
    }

    /// That of one server.
    pub(crate) fn of(&self, peer: Peer) -> &T {
        &self.things[peer as usize]
    }

    /// That of one server, to change it.
    pub(crate) fn of_mut(&mut self, peer: Peer) -> &mut T {
        &mut self.things[peer as usize]
    }
}
