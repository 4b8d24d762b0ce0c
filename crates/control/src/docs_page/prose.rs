//! Descriptions as they are written beside the code: paragraphs, lists,
//! blocks of code, and `code` within a line.

use super::markup::Markup;

/// Writes a description as paragraphs, lists and blocks of code.
pub(super) fn write(page: &mut Markup, description: &str) {
    for (number, part) in description.split("```").enumerate() {
        if number % 2 == 1 {
            // The first line may say which language it is.
            let code = part.split_once('\n').map_or(part, |(_, code)| code);
            page.html("<pre>");
            page.text(code.trim_end());
            page.html("</pre>\n");
            continue;
        }
        for block in part.split("\n\n") {
            let block = block.trim();
            if let Some(list) = block.strip_prefix("- ") {
                page.html("<ul>\n");
                for item in list.split("\n- ") {
                    page.html("<li>");
                    write_line(page, item);
                    page.html("</li>\n");
                }
                page.html("</ul>\n");
            } else if !block.is_empty() {
                page.html("<p>");
                write_line(page, block);
                page.html("</p>\n");
            }
        }
    }
}

/// Writes a description within a line.
pub(super) fn write_line(page: &mut Markup, text: &str) {
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            page.code(part);
        } else {
            page.text(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_paragraphs_lists_and_code() {
        let mut page = Markup::default();
        write(
            &mut page,
            "See `a<b>`,\nor not.\n\n- one\n- `two`\n\n```json\n{\"a\": 1}\n```\n",
        );
        assert_eq!(
            page.finish(),
            "<p>See <code>a&lt;b&gt;</code>,\nor not.</p>\n\
             <ul>\n<li>one</li>\n<li><code>two</code></li>\n</ul>\n\
             <pre>{&quot;a&quot;: 1}</pre>\n"
        );
    }
}
