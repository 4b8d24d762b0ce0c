// Small comforts. Every page works without this file.
(() => {
  "use strict";

  // Copying a block of text. The buttons are hidden until there is a script.
  const say = (button, text) => {
    const label = button.querySelector("[data-label]");
    const before = label.textContent;
    label.textContent = text;
    setTimeout(() => { label.textContent = before; }, 1800);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    const copied = navigator.clipboard
      ? navigator.clipboard.writeText(text)
      : Promise.reject(new Error("no clipboard"));
    copied.then(() => say(button, "Copied"), () => {
      // Without a clipboard (over plain http, say) the text is marked instead.
      const range = document.createRange();
      range.selectNodeContents(document.getElementById(button.dataset.copy));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      say(button, "Marked");
    });
  });

  // Showing a password that is being typed.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const input = document.getElementById(button.dataset.reveal);
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? "Hide" : "Show";
    button.setAttribute("aria-pressed", String(hidden));
  });

  // Menus close when somebody turns elsewhere.
  const close = (keep) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== keep) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.activeElement.closest("details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // "Keep it" takes back the question before something final.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (!button) return;
    const question = button.closest("details");
    question.open = false;
    question.querySelector("summary").focus();
  });

  // A form goes out once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  const awaken = (root) => {
    for (const element of root.querySelectorAll("[data-scripted]")) element.hidden = false;
  };
  awaken(document);
  document.addEventListener("htmx:after:swap", () => awaken(document));
})();
