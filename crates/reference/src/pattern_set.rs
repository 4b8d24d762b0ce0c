use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::pattern::Reach;
use crate::{Pattern, Repository};

/// A set of patterns in which the one that matches a repository is found in a
/// time that depends on the repository's name and not on how many patterns
/// there are.
///
/// Patterns are kept in hash sets by what stands before their wildcard. To find
/// one, the repository's name and its parents are looked up, borrowed from the
/// name: nothing is allocated.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PatternSet {
    exact: HashSet<ByStem>,
    children: HashSet<ByStem>,
    descendants: HashSet<ByStem>,
}

impl PatternSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The pattern that matches a repository; where several do, the most
    /// specific one: the repository itself, then `*`, then the longest `**`.
    pub fn find(&self, repository: &Repository) -> Option<&Pattern> {
        let name = repository.as_str();
        self.exact
            .get(name)
            .or_else(|| self.children.get(parents(name).next()?))
            .or_else(|| parents(name).find_map(|parent| self.descendants.get(parent)))
            .map(|ByStem(pattern)| pattern)
    }

    /// Adds a pattern; `false` if the set held it already.
    pub fn insert(&mut self, pattern: Pattern) -> bool {
        self.part_mut(pattern.reach()).insert(ByStem(pattern))
    }

    /// Takes a pattern out; `false` if the set did not hold it.
    pub fn remove(&mut self, pattern: &Pattern) -> bool {
        self.part_mut(pattern.reach()).remove(pattern.stem())
    }

    /// Whether the set holds this very pattern.
    pub fn contains(&self, pattern: &Pattern) -> bool {
        self.part(pattern.reach()).contains(pattern.stem())
    }

    /// All patterns, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Pattern> {
        [&self.exact, &self.children, &self.descendants]
            .into_iter()
            .flatten()
            .map(|ByStem(pattern)| pattern)
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.exact.len() + self.children.len() + self.descendants.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn part(&self, reach: Reach) -> &HashSet<ByStem> {
        match reach {
            Reach::Exact => &self.exact,
            Reach::Children => &self.children,
            Reach::Descendants => &self.descendants,
        }
    }

    fn part_mut(&mut self, reach: Reach) -> &mut HashSet<ByStem> {
        match reach {
            Reach::Exact => &mut self.exact,
            Reach::Children => &mut self.children,
            Reach::Descendants => &mut self.descendants,
        }
    }
}

impl FromIterator<Pattern> for PatternSet {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        let mut set = Self::new();
        set.extend(patterns);
        set
    }
}

impl Extend<Pattern> for PatternSet {
    fn extend<I: IntoIterator<Item = Pattern>>(&mut self, patterns: I) {
        for pattern in patterns {
            self.insert(pattern);
        }
    }
}

impl fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Pattern::as_str))
            .finish()
    }
}

/// A name's parents with the slash that ends them, the longest first: of
/// `ghcr.io/acme/app`, `ghcr.io/acme/` and `ghcr.io/`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices('/').map(|(slash, _)| &name[..=slash])
}

/// A pattern that is looked up by its stem. Within one part of the set, where
/// all patterns reach equally far, the stem tells them apart.
#[derive(Clone)]
struct ByStem(Pattern);

impl Borrow<str> for ByStem {
    fn borrow(&self) -> &str {
        self.0.stem()
    }
}

impl PartialEq for ByStem {
    fn eq(&self, other: &Self) -> bool {
        self.0.stem() == other.0.stem()
    }
}

impl Eq for ByStem {}

impl Hash for ByStem {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.stem().hash(state);
    }
}
