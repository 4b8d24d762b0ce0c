//! `pullgate reference`: how a name is read, and which repository it means.
//!
//! One name, one answer, in the order of the input; also an empty line, a line
//! with blanks and one that is no UTF-8 is a name, and gets its answer.

use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pullgate_reference::{Digest, NameError, Reading, Reference, Tag};
use serde::Serialize;

/// Show how image names are read: registry, repository, tag or digest, and the repository that is meant
///
/// Exit status: 0 if all names are valid, 1 if any is not.
#[derive(Debug, Args)]
pub(crate) struct ReferenceCommand {
    /// How to print the answers
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Names of images; `-`, or no name at all, reads them from standard input, one on each line
    #[arg(value_name = "NAME")]
    names: Vec<OsString>,
}

/// How the answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A few lines for each name, to be read by a person
    Human,
    /// One JSON object on each line
    Json,
    /// Tab-separated: input, ok or err, registry, repository, tag, digest; as the grammar reads them, aliases untouched
    Tsv,
}

/// Whether all the names were valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Every name was valid, or there was none.
    AllValid,
    /// At least one name was not.
    SomeInvalid,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::AllValid => Self::SUCCESS,
            Verdict::SomeInvalid => Self::from(1),
        }
    }
}

impl ReferenceCommand {
    /// Reads the names, `input` where the command line says so, and prints an
    /// answer for each. Fails only if reading or writing does.
    pub(crate) fn run(self, mut input: impl BufRead, mut out: impl Write) -> io::Result<Verdict> {
        let names = if self.names.is_empty() {
            vec![OsString::from("-")]
        } else {
            self.names
        };
        let mut verdict = Verdict::AllValid;
        for name in names {
            if name == "-" {
                let mut line = Vec::new();
                while read_line(&mut input, &mut line)? {
                    answer(self.format, &line, &mut out, &mut verdict)?;
                }
            } else {
                answer(self.format, name.as_encoded_bytes(), &mut out, &mut verdict)?;
            }
        }
        out.flush()?;
        Ok(verdict)
    }
}

/// Reads one line without its ending, `\n` or `\r\n`; `false` at the end.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if input.read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    }
    Ok(true)
}

fn answer(
    format: Format,
    name: &[u8],
    out: &mut impl Write,
    verdict: &mut Verdict,
) -> io::Result<()> {
    let text = String::from_utf8_lossy(name);
    // A replacement character is refused as any other that is not ASCII.
    let reading = Reading::parse(&text);
    if reading.is_err() {
        *verdict = Verdict::SomeInvalid;
    }
    match format {
        Format::Human => write_human(&text, reading, out),
        Format::Json => write_json(&text, reading, out),
        Format::Tsv => write_tsv(name, reading, out),
    }
}

fn write_tsv(
    name: &[u8],
    reading: Result<Reading<'_>, NameError>,
    out: &mut impl Write,
) -> io::Result<()> {
    // The name stands as it came, byte for byte, but for what would forge a
    // column or a line.
    for byte in name {
        match byte {
            b'\t' => out.write_all(br"\t")?,
            b'\n' => out.write_all(br"\n")?,
            other => out.write_all(&[*other])?,
        }
    }
    match reading {
        Ok(reading) => writeln!(
            out,
            "\tok\t{}\t{}\t{}\t{}",
            reading.registry().unwrap_or_default(),
            reading.path(),
            reading.tag().map_or("", Tag::as_str),
            reading.digest().map_or("", Digest::as_str),
        ),
        Err(_) => writeln!(out, "\terr\t\t\t\t"),
    }
}

/// One answer as JSON. All fields are always there.
#[derive(Serialize)]
struct Answer<'a> {
    input: &'a str,
    result: &'static str,
    registry: Option<&'a str>,
    repository: Option<&'a str>,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
    /// The repository under its one name, after aliases.
    canonical: Option<String>,
    error: Option<String>,
}

fn write_json(
    name: &str,
    reading: Result<Reading<'_>, NameError>,
    out: &mut impl Write,
) -> io::Result<()> {
    let reference = reading.as_ref().map_err(Clone::clone);
    let reference = reference.and_then(Reference::from_reading);
    let reading = reading.ok();
    let reading = reading.as_ref();
    let answer = Answer {
        input: name,
        result: if reading.is_some() { "ok" } else { "err" },
        registry: reading.and_then(Reading::registry),
        repository: reading.map(Reading::path),
        tag: reading.and_then(Reading::tag).map(Tag::as_str),
        digest: reading.and_then(Reading::digest).map(Digest::as_str),
        canonical: reference.as_ref().ok().map(|r| r.repository().to_string()),
        error: reference.as_ref().err().map(ToString::to_string),
    };
    serde_json::to_writer(&mut *out, &answer)?;
    writeln!(out)
}

fn write_human(
    name: &str,
    reading: Result<Reading<'_>, NameError>,
    out: &mut impl Write,
) -> io::Result<()> {
    // Quoted and escaped wherever a terminal might not show what is there.
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()) {
        writeln!(out, "{name}")?;
    } else {
        writeln!(out, "{name:?}")?;
    }
    let reading = match reading {
        Ok(reading) => reading,
        Err(error) => return writeln!(out, "  invalid     {error}"),
    };
    writeln!(out, "  registry    {}", reading.registry().unwrap_or("-"))?;
    writeln!(out, "  repository  {}", reading.path())?;
    if let Some(tag) = reading.tag() {
        writeln!(out, "  tag         {tag}")?;
    }
    if let Some(digest) = reading.digest() {
        writeln!(out, "  digest      {digest}")?;
    }
    match Reference::from_reading(&reading) {
        Ok(reference) => {
            let repository = reference.repository();
            write!(out, "  means       {repository}")?;
            if reference.registry() != repository.registry_str() {
                let (alias, registry) = (reference.registry(), repository.registry());
                write!(out, " ({alias} is another name of {registry})")?;
            }
            writeln!(out)
        }
        Err(error) => writeln!(out, "  means       nothing that can be pulled: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const CASES: &str = include_str!("../../reference/tests/reference-cases.tsv");

    #[derive(Debug, Parser)]
    struct CommandLine {
        #[command(flatten)]
        command: ReferenceCommand,
    }

    fn run(arguments: &[&str], input: &[u8]) -> (Verdict, Vec<u8>) {
        let arguments = ["reference"].iter().chain(arguments);
        let mut out = Vec::new();
        let verdict = CommandLine::parse_from(arguments)
            .command
            .run(input, &mut out)
            .unwrap();
        (verdict, out)
    }

    fn text(arguments: &[&str], input: &str) -> (Verdict, String) {
        let (verdict, out) = run(arguments, input.as_bytes());
        (verdict, String::from_utf8(out).unwrap())
    }

    #[test]
    fn tsv_prints_the_table_of_the_reference_implementation() {
        let (_, body) = CASES.split_once('\n').unwrap();
        let names: String = body
            .lines()
            .flat_map(|row| [row.split('\t').next().unwrap(), "\n"])
            .collect();
        let (verdict, out) = text(&["--format", "tsv", "-"], &names);
        for (expected, printed) in body.split('\n').zip(out.split('\n')) {
            assert_eq!(printed, expected);
        }
        assert_eq!(out, body);
        assert_eq!(verdict, Verdict::SomeInvalid);
    }

    #[test]
    fn tsv_prints_one_line_for_each_line_whatever_it_holds() {
        let input = b"nginx\n\n  \n nginx\nnginx \na\tb\n\xff\xfe\nnginx\r\na\rb\n\0\n\\t\nlast";
        let (verdict, out) = run(&["--format=tsv"], input);
        let nginx = b"\tok\tdocker.io\tlibrary/nginx\tlatest\t\n";
        let err = b"\terr\t\t\t\t\n";
        let expected = [
            &b"nginx"[..],
            nginx,
            err,
            b"  ",
            err,
            b" nginx",
            err,
            b"nginx ",
            err,
            b"a\\tb",
            err,
            b"\xff\xfe",
            err,
            b"nginx",
            nginx,
            b"a\rb",
            err,
            b"\0",
            err,
            b"\\t",
            err,
            b"last\tok\tdocker.io\tlibrary/last\tlatest\t\n",
        ]
        .concat();
        assert_eq!(out, expected);
        assert_eq!(verdict, Verdict::SomeInvalid);
    }

    #[test]
    fn a_name_cannot_forge_a_row() {
        let (verdict, out) = text(&["--format=tsv", "nginx\tok\tx\nnginx"], "");
        assert_eq!(out, "nginx\\tok\\tx\\nnginx\terr\t\t\t\t\n");
        assert_eq!(verdict, Verdict::SomeInvalid);
    }

    #[test]
    fn no_input_is_no_output() {
        for format in ["human", "json", "tsv"] {
            assert_eq!(
                text(&["--format", format], ""),
                (Verdict::AllValid, String::new())
            );
        }
    }

    #[test]
    fn names_and_standard_input_keep_their_order() {
        let (verdict, out) = text(&["--format=tsv", "a", "-", "ghcr.io/c:1"], "b\n");
        assert_eq!(
            out,
            "a\tok\tdocker.io\tlibrary/a\tlatest\t\n\
             b\tok\tdocker.io\tlibrary/b\tlatest\t\n\
             ghcr.io/c:1\tok\tghcr.io\tc\t1\t\n"
        );
        assert_eq!(verdict, Verdict::AllValid);
    }

    #[test]
    fn a_person_reads_how_a_name_is_read_and_what_it_means() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let pinned = format!("acme/app:1@{digest}");
        let (verdict, out) = text(&["nginx", "registry-1.docker.io/nginx:1.25", &pinned], "");
        assert_eq!(
            out,
            format!(
                "nginx
  registry    docker.io
  repository  library/nginx
  tag         latest
  means       docker.io/library/nginx
registry-1.docker.io/nginx:1.25
  registry    registry-1.docker.io
  repository  nginx
  tag         1.25
  means       docker.io/library/nginx (registry-1.docker.io is another name of docker.io)
{pinned}
  registry    docker.io
  repository  acme/app
  digest      {digest}
  means       docker.io/acme/app
"
            )
        );
        assert_eq!(verdict, Verdict::AllValid);
    }

    #[test]
    fn a_person_reads_what_is_wrong_and_what_is_expected() {
        let (verdict, out) = text(&["--", "ghcr.io/Acme/app", "", "nginх\u{1b}"], "");
        assert_eq!(
            out,
            r#"ghcr.io/Acme/app
  invalid     the repository "Acme/app" has an uppercase letter; repository names are lowercase
""
  invalid     the name is empty; expected one such as nginx, acme/app:1.2 or ghcr.io/acme/app
"nginх\u{1b}"
  invalid     the character U+0445 at position 5 is not allowed; names are written with ASCII letters, digits and . _ - / : @
"#
        );
        assert_eq!(verdict, Verdict::SomeInvalid);
    }

    /// The grammar reads such a name, so it is valid; the answer says the rest.
    #[test]
    fn a_name_on_no_registry_is_valid_and_means_nothing() {
        let (verdict, out) = text(&["a_b.c/app"], "");
        assert!(out.contains("  registry    -\n"), "{out}");
        assert!(out.contains("nothing that can be pulled"), "{out}");
        assert_eq!(verdict, Verdict::AllValid);
    }

    #[test]
    fn json_has_one_object_for_each_name() {
        let (verdict, out) = run(
            &["--format=json", "-"],
            b"Docker.io/nginx\na b\n\xff\na_b.c/x\n",
        );
        let rows: Vec<serde_json::Value> = out
            .split(|b| *b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(
            rows[0],
            serde_json::json!({
                "input": "Docker.io/nginx", "result": "ok", "registry": "Docker.io",
                "repository": "nginx", "tag": "latest", "digest": null,
                "canonical": "docker.io/library/nginx", "error": null,
            })
        );
        assert_eq!(rows[1]["result"], "err");
        assert_eq!(rows[1]["canonical"], serde_json::Value::Null);
        assert!(rows[1]["error"].as_str().unwrap().contains("space"));
        assert_eq!(rows[2]["result"], "err");
        assert_eq!(rows[3]["result"], "ok");
        assert_eq!(rows[3]["registry"], serde_json::Value::Null);
        assert!(rows[3]["error"].as_str().unwrap().contains("no registry"));
        assert_eq!(rows.len(), 4);
        assert_eq!(verdict, Verdict::SomeInvalid);
    }
}
