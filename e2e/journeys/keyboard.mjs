// A whole port without touching a mouse or a screen: Tab, Enter, Space and the letters. Whatever has the focus
// can be seen, and shows that it has it.
import { journey } from "../support/cast.mjs";
import { bill } from "../support/files.mjs";
import { stands } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

/** Presses Tab until the focus is on what is called so; each stop on the way must show its focus. */
async function tabTo(person, name, { role, back = false, stops = 140 } = {}) {
  const { page } = person;
  for (let stop = 0; stop < stops; stop += 1) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    const at = await page.evaluate(look);
    if (!at) continue;
    // A browser that is busy scrolls a moment later.
    if (!at.frame) await until(`${at.what} has the focus, and that can be seen`, async () => (await page.evaluate(look))?.seen ?? true, 20).catch(async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await page.evaluate(look))}`);
    });
    const fits = name instanceof RegExp ? name.test(at.name) : at.name === name || at.name.startsWith(`${name} (optional)`);
    if (fits && (!role || at.tag === role || at.type === role)) return;
  }
  throw new Error(`Tab never came to ${name}`);
}

/** What has the focus, and whether a person can see that it has. */
function look() {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const within = (value, most) => Math.min(Math.max(value, 1), most - 2);
  const middle = document.elementFromPoint(within(box.x + box.width / 2, innerWidth), within(box.y + box.height / 2, innerHeight));
  const labels = Array.from(at.labels ?? []);
  const own = ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) ? "" : at.textContent;
  const name = [at.getAttribute("aria-label"), ...labels.map((label) => label.textContent), own].map((text) => (text ?? "").replace(/\s+/g, " ").trim()).find(Boolean) ?? "";
  // The parts of a date field are the browser's own, and it marks the part itself.
  const outlined = at.type === "date" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  const onScreen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const onTop = !middle || at.contains(middle) || middle.contains(at) || labels.some((label) => label.contains(middle));
  return {
    name, outlined, onScreen, onTop,
    what: `${at.tagName.toLowerCase()} "${name}"`,
    tag: at.tagName.toLowerCase(),
    type: at.getAttribute("type") ?? "",
    frame: at.tagName === "IFRAME",
    seen: outlined && onScreen && onTop,
  };
}

async function types(person, label, text) {
  await tabTo(person, label);
  await person.page.keyboard.press("Control+A");
  await person.page.keyboard.type(text);
}

async function presses(person, name) {
  await tabTo(person, name);
  await person.page.keyboard.press("Enter");
}

journey("by keyboard alone a port goes from signing in to its test calls", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const { email } = cast.hire();
  const [customer, desk, owner] = await Promise.all([cast.person("customer"), cast.person("desk"), cast.owner()]);
  for (const [person, address] of [[customer, email], [desk, "desk@portolan.example"]]) {
    await person.open("/sign-in");
    await tabTo(person, "Skip to the content");
    await types(person, "Email", address);
    await types(person, "Password", "portolan-demo");
    await person.page.keyboard.press("Enter");
    await person.page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  }
  const { page } = customer;

  // The first stop of each page skips the menu.
  await customer.open("/numbers/ports/new");
  await tabTo(customer, "Skip to the content");
  await page.keyboard.press("Enter");
  await types(customer, "Carrier Name", company.carrier);
  await types(customer, "Number to port", company.numbers[0]);
  await types(customer, "Receiving number", company.receiving);
  await types(customer, "First Name", company.first);
  await types(customer, "Last Name", company.last);
  await types(customer, "Business Name", company.name);
  await types(customer, "Service Account Number", company.account);
  await types(customer, "Address", company.street);
  await types(customer, "Suite or unit", company.unit);
  await types(customer, "City", company.city);
  await types(customer, "State", company.state);
  await types(customer, "Zip Code", company.zip);
  await types(customer, "Full Name", company.owner);
  await types(customer, "Email Address", company.email);
  const boxes = await page.getByRole("region", { name: /Agreement/ }).getByRole("checkbox").count();
  for (let box = 0; box < boxes; box += 1) {
    await tabTo(customer, /./, { role: "checkbox" });
    await page.keyboard.press("Space");
  }
  await presses(customer, "Continue to Letter of Authorization");
  await customer.at(/\/letter$/);
  const port = customer.path.replace(/\/letter$/, "");
  await presses(customer, "Send LOA for Signing");
  await customer.sees(/^Sent to .*You get an email/);

  // The mailbox, and the letter behind its link.
  const link = await desk.mailedLink(company.email, /^Please sign/, "Read and sign the letter");
  await owner.open(link);
  await tabTo(owner, /^I agree to read and sign/);
  await owner.page.keyboard.press("Space");
  await types(owner, "Type your full name", company.owner);
  await presses(owner, "Sign the letter");
  await owner.heading("Signed");
  await owner.open(await desk.mailedLink(company.email, /^Please send the phone bill/, "Upload the bill"));
  await tabTo(owner, "The file");
  const [chooser] = await Promise.all([owner.page.waitForEvent("filechooser"), owner.page.keyboard.press("Space")]);
  await chooser.setFiles(bill(company));
  await presses(owner, "Send Proof of Ownership");
  await owner.heading("Thank you, it has arrived");

  // The desk.
  await desk.open(port.replace("/numbers/ports/", "/desk/ports/"));
  await presses(desk, "Accept");
  await desk.sees("The proof is accepted.");
  await presses(desk, "Submit to the carrier");
  await desk.sees(/^Submitted\./);

  // The menu of actions opens and closes by keyboard, too.
  await customer.open(port);
  await tabTo(customer, "More");
  await page.keyboard.press("Enter");
  await customer.link("Letter of Authorization").waitFor();
  await page.keyboard.press("Escape");
  await until("the menu is closed and the focus is back on its button", async () => !(await customer.link("Letter of Authorization").isVisible()) && (await customer.focused()) === "More");
  await stands(customer, "Testing");
  await presses(customer, "Record the test calls");
  await customer.at(`${port}/test`);
  await presses(customer, /^It rang in the right place/);
  await customer.sees("Recorded: passed.");
});
