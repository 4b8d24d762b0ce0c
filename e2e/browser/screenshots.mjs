// Pictures of every page for the documentation: `cargo xtask screenshots`.
// The same pages give the same pictures: what changes by itself (times, keys)
// is put in place of a fixed one before a picture is taken.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { NARROW, WIDE, launch, open, signIn } from "./browser.mjs";
import { INSIDE, OUTSIDE, SET_UP } from "./pages.mjs";
import { Pullgate } from "./pullgate.mjs";

const folder = process.argv[2];
if (!folder) throw new Error("name the folder for the pictures");
mkdirSync(folder, { recursive: true });

const browser = await launch();
const [fresh, pullgate] = await Promise.all([Pullgate.start(), Pullgate.start()]);

/** One picture for each width; in the dark as well where `dark` says so. */
async function picture(page, { name, path, first, dark }, key = "") {
  for (const colorScheme of dark ? ["light", "dark"] : ["light"]) {
    for (const size of [WIDE, NARROW]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(path.replace("KEY", key));
      await first?.(page);
      await page.evaluate(() => {
        document.activeElement.blur();
        const secret = document.querySelector(".secret code");
        if (secret) {
          secret.textContent = secret.textContent.includes("/invite/")
            ? "https://pullgate.acme.example/invite/4rXc0sXv9yq3LkT7wZ2mB8nE5hJ1fD6gA0uPx1y2z3A"
            : `${secret.textContent.slice(0, 4)}4rXc0sXv9yq3LkT7wZ2mB8nE5hJ1fD6gA0uP`;
        }
        for (const time of document.querySelectorAll("time")) {
          const day = /^\d/.test(time.textContent) && "25 December 2026";
          time.textContent = time.title ? day || "12 minutes ago" : "25 November 2026, 12:00 UTC";
        }
        for (const day of document.querySelectorAll("input[type=date]")) day.value = "2026-12-02";
      });
      const scheme = colorScheme === "dark" ? "-dark" : "";
      await page.screenshot({ path: join(folder, `${name}-${size.width}${scheme}.png`), fullPage: true });
    }
  }
}

try {
  pullgate.people();
  pullgate.policy();
  await pullgate.asked();
  await pullgate.furnish();
  await pullgate.requests();
  const outside = await open(browser, pullgate);
  for (const each of OUTSIDE) await picture(outside, each, pullgate.invite);
  const setting = await open(browser, fresh);
  for (const each of SET_UP) await picture(setting, each, fresh.key);
  const pages = {};
  // A second browser of olivia's, for the list of sessions.
  await signIn(await open(browser, pullgate, {
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
  }), "olivia");
  for (const each of INSIDE) {
    const who = each.as ?? "olivia";
    if (!pages[who]) {
      pages[who] = await open(browser, pullgate, {
        userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      });
      await signIn(pages[who], who);
    }
    await picture(pages[who], each, pullgate.invite);
  }
} finally {
  await browser.close();
  await Promise.all([fresh.stop(), pullgate.stop()]);
}
