// What the pages gain with scripting on. Every one of these works without it.
(() => {
  "use strict";
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  document.documentElement.classList.add("js");
  // When somebody who pressed a button and is still on the page has stopped the browser, in milliseconds.
  const STOPPED = 10000;

  // A form that must not be sent twice: the pressed button says so.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (form.method.toLowerCase() !== "post" || form.target) return;
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
    // Coming back by the back button shows the same document: let it be sent again.
    const again = () => { delete form.dataset.sent; button?.removeAttribute("aria-busy"); };
    window.addEventListener("pageshow", again, { once: true });
    // Whoever stopped the browser is still on this page, too, and no event says so.
    setTimeout(again, STOPPED);
  });

  // Boxes that must all be ticked before a button works (the server checks again).
  function gate(root) {
    for (const button of all("[data-needs]", root)) {
      const boxes = all(`input[type=checkbox][data-gate="${button.dataset.needs}"]`);
      const hint = document.getElementById(button.dataset.hint ?? "");
      const set = () => {
        const open = boxes.every((box) => box.checked);
        button.disabled = !open;
        if (hint) hint.hidden = open;
      };
      boxes.forEach((box) => box.addEventListener("change", set));
      set();
    }
  }

  // "Add number" without a round trip: the last row is copied and emptied.
  function rows(root) {
    for (const button of all("[data-add-row]", root)) {
      button.addEventListener("click", (event) => {
        const list = document.getElementById(button.dataset.addRow);
        const last = list?.lastElementChild;
        if (!last) return;
        event.preventDefault();
        const copy = last.cloneNode(true);
        const count = list.children.length + 1;
        for (const item of all("[id]", copy)) {
          const old = item.id;
          item.id = old.replace(/-\d+/, `-${count}`);
          for (const label of all(`[for="${old}"]`, copy)) label.htmlFor = item.id;
        }
        all("[aria-describedby]", copy).forEach((item) => item.removeAttribute("aria-describedby"));
        all(".invalid-feedback", copy).forEach((item) => item.remove());
        all("select", copy).forEach((item) => { item.selectedIndex = 0; });
        all("[data-found]", copy).forEach((item) => { item.textContent = ""; item.removeAttribute("data-tone"); });
        all("input", copy).forEach((item) => { item.value = ""; item.classList.remove("is-invalid"); item.removeAttribute("aria-invalid"); item.removeAttribute("autofocus"); });
        copy.setAttribute("aria-labelledby", `row-${count}`);
        all("[data-row-number]", copy).forEach((item) => { item.textContent = String(count); });
        list.append(copy);
        copy.querySelector("input")?.focus();
      });
    }
  }

  // A field that is only asked for in a certain case (a Twilio Account SID).
  function asked(root) {
    for (const block of all("[data-asked-when]", root)) {
      const field = document.getElementById(block.dataset.askedWhen);
      const words = block.dataset.contains.toLowerCase().split("|");
      const input = block.querySelector("input");
      const set = () => {
        const typed = `${field.value.trim().toLowerCase()} `;
        block.hidden = !words.some((word) => typed.includes(word)) && !input?.value;
      };
      field?.addEventListener("input", set);
      if (field) set();
    }
  }

  // A form that keeps itself while somebody types: what is not saved is there again at the next visit, also at
  // another device. Files are not among it.
  function keeps(root) {
    for (const form of all("form[data-keep]", root)) {
      const note = form.querySelector("[data-kept]");
      let timer = 0, busy = false, waits = false, over = false;
      const send = async (last) => {
        clearTimeout(timer);
        timer = 0;
        if (busy && !last) { waits = true; return; }
        busy = true;
        const step = form.elements.step;
        step.value = String(Number(step.value) + 1);
        const sent = step.value;
        const body = new URLSearchParams(Array.from(new FormData(form)).filter(([, value]) => typeof value === "string"));
        try {
          const answer = await fetch(form.dataset.keep, { method: "POST", body, keepalive: last === true, headers: { accept: "application/json" } });
          if (!answer.ok) throw new Error(String(answer.status));
          const said = await answer.json();
          if (said.kept) form.elements.form.value = said.form;
          // The same form went on in another window: what is typed here becomes a form of its own. An answer that
          // only came late says nothing.
          else if (!over && step.value === sent && form.elements.form.value) { form.elements.form.value = ""; waits = true; }
          if (note && said.kept) note.textContent = `Kept as you type, last at ${new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })}. It is not submitted before you continue.`;
        } catch {
          if (note && !last) note.textContent = "Could not be kept just now. Save it yourself before you leave the page.";
        } finally {
          busy = false;
          if (waits && !over) { waits = false; later(); }
        }
      };
      const later = () => { clearTimeout(timer); timer = setTimeout(send, 800); };
      form.addEventListener("input", () => { if (!over) later(); });
      // What waits goes ahead of the form, for the case that the form never arrives.
      form.addEventListener("submit", () => { if (timer) send(true); over = true; setTimeout(() => { over = false; }, STOPPED); });
      // The page may be put away for good at any of these moments; what waits is sent at once.
      const leave = () => { if (timer && !over) send(true); };
      document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
      window.addEventListener("pagehide", leave);
      // Coming back to a form that was sent: what is typed now is a form of its own.
      window.addEventListener("pageshow", (event) => { if (event.persisted && over) { over = false; form.elements.form.value = ""; } });
    }
  }

  // Each number is looked at while one goes on typing: can it be ported, and what kind is it?
  function checks(root) {
    for (const list of all("[data-checks]", root)) {
      const form = list.closest("form");
      const pin = form.querySelector("[data-pin]");
      const ask = () => {
        if (pin) pin.hidden = !all("select[name=kind]", list).some((one) => one.value === "mobile");
      };
      list.addEventListener("change", async (event) => {
        const row = event.target.closest(".number-row");
        if (event.target.name === "kind") return ask();
        if (event.target.name !== "number") return;
        const note = row.querySelector("[data-found]");
        const number = event.target.value;
        note.textContent = "";
        delete note.dataset.tone;
        if (!number.trim()) return;
        const body = new URLSearchParams({ csrf: form.elements.csrf.value, draft: form.elements.draft.value, number });
        try {
          const answer = await fetch(list.dataset.checks, { method: "POST", body, headers: { accept: "application/json" } });
          const found = await answer.json();
          // Somebody may have typed on meanwhile.
          if (event.target.value !== number) return;
          note.textContent = found.says;
          note.dataset.tone = found.tone;
          const kind = row.querySelector("select[name=kind]");
          if (found.kind && kind && !kind.value) kind.value = found.kind;
          ask();
        } catch { /* It is checked again when the form is saved. */ }
      });
      ask();
    }
  }

  // Chosen files are named below the button, with their sizes.
  function files(root) {
    for (const input of all("input[type=file][data-names]", root)) {
      const list = document.getElementById(input.dataset.names);
      input.addEventListener("change", () => {
        list.replaceChildren(...Array.from(input.files, (file) => {
          const item = document.createElement("li");
          const size = file.size < 1e6 ? `${Math.max(1, Math.round(file.size / 1e3))} kB` : `${(file.size / 1e6).toFixed(1)} MB`;
          item.textContent = `${file.name} (${size})`;
          return item;
        }));
      });
    }
  }

  // A select that sends its form when it changes; without scripting its button does.
  function sends(root) {
    for (const field of all("[data-sends]", root)) {
      field.addEventListener("change", () => field.form.requestSubmit());
    }
  }

  // Menus made of <details> close on Escape and on a click elsewhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details[data-menu][open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => {
    for (const menu of all("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  function copies(root) {
    for (const button of all("[data-copy]", root)) {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        const before = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = before; }, 1500);
      });
    }
  }

  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) window.print(); });

  // The device's own time zone, for somebody who has not chosen one. It counts when the form is saved.
  function zones(root) {
    for (const button of all("[data-own-zone]", root)) {
      const field = document.getElementById(button.dataset.ownZone);
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (!field || !zone) { button.hidden = true; continue; }
      button.addEventListener("click", () => {
        if (!Array.from(field.options, (one) => one.value).includes(zone)) field.add(new Option(zone.replaceAll("_", " "), zone));
        field.value = zone;
        button.hidden = true;
        field.focus();
      });
    }
  }

  // The open page keeps itself up to date, but not while nobody looks at it or a menu in it is open.
  document.addEventListener("htmx:before:request", (event) => {
    const live = event.target;
    if (!live?.matches?.("[data-live]")) return;
    if (document.hidden || live.querySelector("details[open]")) return event.preventDefault();
    // Whoever was signed out meanwhile keeps the page with what they typed.
    const typed = all("form[method=post] :is(textarea, input:not([type=hidden]))").some((item) => item.value !== item.defaultValue);
    if (typed) event.detail.ctx.request.headers["Portolan-Typing"] = "yes";
  });

  // The server says when something has changed; the timer in the page is for when it cannot.
  function events(root) {
    for (const part of all("[data-events]", root)) {
      const source = new EventSource(part.dataset.events);
      source.addEventListener("changed", () => part.dispatchEvent(new Event("refresh")));
      window.addEventListener("pagehide", () => source.close(), { once: true });
    }
  }

  for (const wire of [gate, rows, asked, keeps, checks, files, sends, copies, zones, events]) wire(document);
})();
