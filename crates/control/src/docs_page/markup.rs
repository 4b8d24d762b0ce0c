//! HTML that cannot be broken by what is put into it.

/// A page in the making. It takes HTML that stands in this program's source,
/// and texts, which it escapes; there is no third way in.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// HTML as it stands in the source.
    pub(super) fn html(&mut self, html: &'static str) {
        self.0.push_str(html);
    }

    /// Any text, between tags or within a quoted attribute.
    pub(super) fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    /// A text as code.
    pub(super) fn code(&mut self, text: &str) {
        self.html("<code>");
        self.text(text);
        self.html("</code>");
    }

    /// What has been put together.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn a_text_stays_a_text() {
        let mut page = Markup::default();
        page.html("<p title=\"");
        page.text("\"><script>'&amp;");
        page.html("\">");
        assert_eq!(
            page.finish(),
            "<p title=\"&quot;&gt;&lt;script&gt;&#39;&amp;amp;\">"
        );
    }
}
