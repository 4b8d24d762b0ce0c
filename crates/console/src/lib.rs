//! The console: Pullgate in a browser.
//!
//! Pages are rendered here and work without JavaScript. They call the services
//! of `pullgate-admin`, as the API and the command line do; no handler and no
//! template holds a right or a rule.
//!
//! # A request
//!
//! [`Console::handle`] takes it. Unless it is for a file of [`assets`], it
//! passes one place, `receive` in `console.rs`: whose session the cookie is,
//! whether a form is ours ([`guard`]), and, when something went wrong, the
//! page that says so ([`failure`]). Handlers live in [`pages`].
//!
//! # Writing a page
//!
//! 1. A file in `src/pages/`, with its routes as `pub(super) fn routes()`, and
//!    a line for it in `pages/mod.rs`. Pages of one organization live below
//!    `/orgs/{organization}/`.
//! 2. Its handlers take a [`visit::Visit`], which is somebody who is signed in
//!    (`visit.caller()` for the services, `visit.organization(&name)` for an
//!    address's organization and the visitor's role in it), and return
//!    `Result<Response, Failure>`: the error of a service goes up with `?`.
//! 3. Its template is a struct with `shell: Shell` (made by
//!    `visit.shell("Title")`) and extends `shell.html`, with the page in the
//!    block `main`; `{% block width %}wide{% endblock %}` for wide tables.
//!    `page(&template)` answers with it.
//! 4. A form is `method="post"` with `{{ ui::token(shell.token) }}` in it. Its
//!    handler takes [`fields::Fields`]. When it has worked it leads on with
//!    `visit.done("/path", "What was done.")`; when an answer cannot be used it
//!    shows the form again with `form_again(&template)` and the mistake at its
//!    field (a [`page::Typed`] is what was typed and what is wrong with it).
//! 5. A line in [`navigation`], so that it can be found.
//! 6. Its address goes into `e2e/browser/pages.mjs`: then axe, the keyboard,
//!    both widths and both colour schemes are proven for it.
//!
//! # The language of the pages
//!
//! `{% import "ui.html" as ui %}` is done by the frame. A component's arguments
//! are bound one after the other under its parameters' names, so do not hand
//! it a variable that is called like one of them (`input`, `label`, `value`,
//! `text`, `title`, …). Components:
//!
//! | component | for |
//! |---|---|
//! | `ui::page_header(title, lead)` | the title and one sentence of what the page is for; with `{% call ui::page_header(…) %}…{% endcall %}` its actions at the right |
//! | `<section class="card"><header><h2>…</h2><p>…</p></header><div class="body">…</div><footer>…</footer></section>` | one subject with its sentence; `body flush` around a table; the footer for what saves it |
//! | `ui::field(input, label, typed, help="", kind="text", placeholder="", optional=false, first=false)` | one line of text; marks what is optional, not what is needed |
//! | `ui::prose(input, label, typed, help="", rows=4, optional=false, first=false)` | sentences that somebody writes; shown again with `class="written"` |
//! | `ui::password(input, label, error="", help="", autocomplete="current-password")` | a password, which can be shown |
//! | `<fieldset class="choices"><legend>…</legend>{{ ui::choice("radio", input, value, label, help, on) }}…</fieldset>` | one of several (`radio`), or any of several (`checkbox`), each with the sentence that explains it; `choices abreast` side by side |
//! | `ui::segments(input, legend, options, chosen)` | one of two or three short words, beside what it is about, whose sentence has the id `INPUT-help` |
//! | `ui::switch(input, label, help, on)` | on or off, taken by the form's button |
//! | `<table class="table">` | rows; `data-label="…"` on each cell but the first, and it becomes a list on a phone; `class="secondary"` for a second line, `class="end"` for actions |
//! | `ui::badge(tone, text)` | an outcome or a category: `good` allowed, `bad` denied, `caution` would be denied, `accent` organization, `blue` official, `violet` verified publisher, none for community |
//! | `{% call ui::empty(icon, title, text) %}…{% endcall %}` | nothing there yet, and the button that begins it |
//! | `{% call ui::note(tone, icon) %}…{% endcall %}` | what to know before going on: `hint`, `caution`, `problem`, `done` |
//! | `ui::alert(text)` | what is wrong with the form as a whole |
//! | `{% call ui::confirm(label, question, yes) %}{% endcall %}` | inside a form, instead of its button, for what cannot be taken back |
//! | `ui::select(input, label, options)` | one of several in a list that opens ([`page::Choice`]) |
//! | `ui::find(on, label, sought)` | looking for a text in a list |
//! | `<form class="filters">…</form>` | what a list is searched and filtered for, in its address |
//! | `ui::pages(pages)` | the pages of a long list ([`list`]), last in its card; nothing if there is one page |
//! | `ui::code(id, place, text, aside)` | a text to copy, with where it belongs |
//! | `<dl class="facts"><div><dt>…</dt><dd>…</dd></div></dl>` | what is known of one thing |
//! | `ui::moment(at)`, `ui::day(at)`, `ui::ago(at, words)` | a moment ([`page::Moment`]) |
//! | `ui::icon(name)` | a drawing of `ui.html`; never alone without a label |
//!
//! Words: the policy's, and short sentences. A title names the thing, a button
//! what it does ("Create token", never "Submit"). What goes wrong says what to
//! do next. Nothing is told by colour alone. No inline style or script: the
//! browser refuses them. For a live part, load htmx in the block `head` and
//! let the page work without it: `hx-get` on what is a link or a form anyway.

mod assets;
mod client;
mod console;
mod cookies;
mod download;
mod failure;
mod fields;
mod flash;
mod guard;
mod headers;
mod list;
mod navigation;
mod next;
mod page;
mod pages;
mod rates;
mod settings;
mod shell;
mod visit;
mod words;

pub use client::{Client, Scheme};
pub use console::Console;
pub use rates::ConsoleRates;
pub use settings::{ConsoleSettings, GatewayAddress};
