// What the desk's pages gain with scripting on: keys, and ticking many boxes. Everything works without.
(() => {
  "use strict";
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const KEPT = "portolan-desk-keys";
  const dialog = document.getElementById("keys");
  const choice = document.getElementById("keys-on");

  // A single letter that does something can be switched off: people speak to their computers (WCAG 2.2, 2.1.4).
  let on = true;
  try { on = localStorage.getItem(KEPT) !== "off"; } catch { /* Not kept, then. */ }
  const mark = () => document.documentElement.classList.toggle("keys-off", !on);
  if (choice) {
    choice.checked = on;
    choice.addEventListener("change", () => {
      on = choice.checked;
      mark();
      try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* Until the page is left. */ }
    });
  }
  mark();
  for (const button of all("[data-keys]")) button.addEventListener("click", () => dialog?.showModal());
  for (const button of all("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());

  // Rows: the one with the focus in it is the one that keys are about.
  const rows = () => all("[data-row]");
  const row = () => document.activeElement?.closest?.("[data-row]") ?? null;
  function step(by) {
    const list = rows();
    if (list.length === 0) return;
    const at = list.indexOf(row());
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1);
    list[next].querySelector("[data-open]")?.focus();
    list[next].scrollIntoView({ block: "nearest" });
  }

  const boxes = () => all("input.row-tick");
  function count() {
    const ticked = boxes().filter((box) => box.checked).length;
    for (const place of all("[data-ticked]")) place.textContent = ticked === 0 ? "" : `${ticked} ticked`;
    for (const link of all("[data-tick-all]")) link.textContent = ticked > 0 && ticked === boxes().length ? "Tick none" : "Tick all";
  }
  document.addEventListener("change", (event) => { if (event.target.matches?.("input.row-tick")) count(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-tick-all]")) return;
    event.preventDefault();
    const every = boxes().every((box) => box.checked);
    for (const box of boxes()) box.checked = !every;
    count();
  });
  // With Shift, everything between two ticks.
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("input.row-tick")) return;
    const list = boxes();
    if (event.shiftKey && last && list.includes(last)) {
      const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
      for (const one of list.slice(from, to + 1)) one.checked = box.checked;
      count();
    }
    last = box;
  });
  count();

  // The list keeps itself up to date, but not under the hands of somebody who has ticked something or is on a row.
  document.addEventListener("htmx:before:request", (event) => {
    const live = event.target;
    if (!live?.matches?.("[data-live]")) return;
    if (boxes().some((box) => box.checked) || row() || dialog?.open) event.preventDefault();
  });

  // An element that a key is for: links and buttons are pressed, fields get the focus, what folds is opened. Leaving the
  // page for good (submitting to a carrier) is left to a second press.
  function use(element) {
    if (element.matches("summary")) {
      const fold = element.parentElement;
      fold.open = true;
      (fold.querySelector("textarea, input:not([type=hidden])") ?? element).focus();
    } else if (element.matches("input, textarea, select") || element.dataset.key === "s") {
      element.focus();
      element.scrollIntoView({ block: "nearest" });
      element.select?.();
    } else {
      element.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const here = event.target;
    const typing = here.isContentEditable || here.matches?.("textarea, select, input:not([type=checkbox]):not([type=radio])");
    if (typing || dialog?.open) return;
    const arrows = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in arrows && row()) {
      event.preventDefault();
      return step(arrows[event.key]);
    }
    if (!on || event.key.length !== 1) return;
    if (event.key === "?" && dialog) { event.preventDefault(); return dialog.showModal(); }
    if (event.key === "j" || event.key === "k") {
      if (rows().length === 0) return;
      event.preventDefault();
      return step(event.key === "j" ? 1 : -1);
    }
    if (event.key === "x") {
      const box = row()?.querySelector("input.row-tick");
      if (!box) return;
      event.preventDefault();
      box.checked = !box.checked;
      return count();
    }
    const selector = `[data-key="${CSS.escape(event.key)}"]`;
    // In a list a key is about the row; on other pages there is one of each.
    const element = rows().length > 0 && event.key !== "/" ? row()?.querySelector(selector) : document.querySelector(selector);
    if (!element) return;
    event.preventDefault();
    use(element);
  });
})();
