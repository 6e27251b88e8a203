// The whole way, as the people of it go: from Numbers > Port Numbers to "safe to cancel", wrong turns included.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { bill } from "../support/files.mjs";
import { agree, boxes, fields, fillForm, fillNumbers, review, row, scribble, sendLetter, stands } from "../support/port.mjs";

journey("from Port Numbers to completed, with the wrong turns on the way", async (cast) => {
  const company = await cast.stage.company({ count: 2 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const { page } = customer;

  // Without a port the menu leads to the form.
  await customer.menu("Port Numbers");
  await customer.at("/numbers/ports/new");
  await customer.heading("Port New Numbers");

  // The agreement is a gate: every box, not all but one.
  const go = customer.button("Continue to Letter of Authorization");
  assert.equal(await go.isDisabled(), true, "nothing is agreed to yet");
  await agree(page);
  assert.equal(await go.isDisabled(), false);
  await boxes(page).last().uncheck();
  assert.equal(await go.isDisabled(), true);
  await boxes(page).last().check();

  // Nothing filled in: each field says so, and the first one has the focus.
  await go.click();
  await customer.sees(/things need another look/);
  await customer.focusIsOn("Carrier Name");
  await customer.sees("Nothing that you typed is lost.");

  // A number with a service code for its exchange, and one field left out.
  await fillForm(page, company);
  await fillNumbers(page, company);
  await customer.field("Last Name").fill("");
  await row(page, 0).number.fill(`+1${company.area}9110110`);
  await go.click();
  await customer.focusIsOn("Number to port");
  await customer.sees(/911 .*service code/);
  await customer.sees(/Fill in the last name/);
  for (const [field, value] of fields(page, company).filter(([, value]) => value !== company.last)) await customer.holds(field, value);
  assert.equal(await boxes(page).and(page.locator(":checked")).count(), await boxes(page).count(), "the boxes stay ticked");
  await customer.field("Last Name").fill(company.last);

  // The same number twice.
  await row(page, 0).number.fill(company.numbers[0]);
  await row(page, 1).number.fill(company.shown[0]);
  await go.click();
  await customer.focusIsOn("Number to port");
  await customer.sees(/in this list twice/);
  await row(page, 1).number.fill(company.numbers[1]);

  // A receiving number that is being ported itself.
  await row(page, 0).receiving.fill(company.numbers[1]);
  await go.click();
  await customer.focusIsOn("Receiving number");
  await customer.sees(/is being ported itself/);
  await row(page, 0).receiving.fill(company.receiving);

  // Saved, left, and resumed: by a reload, by the back button, and from the list.
  await customer.press("Save and finish later");
  await customer.sees(/^Saved\. You can leave now/);
  const shown = fields(page, company).filter(([, value]) => value !== company.account);
  const all = async () => { for (const [field, value] of shown) await customer.holds(field, value); };
  await customer.reloads();
  await all();
  await customer.menu("Help");
  await customer.goesBack();
  await customer.at(/\/edit$/);
  await all();
  await customer.menu("Port Numbers");
  await customer.heading("Port Numbers");
  const port = (await customer.link(company.shown[0]).getAttribute("href")).split("?")[0];
  // Its Send is there already, with the reason why not yet.
  await customer.sees(/^Draft$/);
  assert.match(await page.getByRole("link", { name: /^Send/ }).first().getAttribute("title"), /after the Letter of Authorization is signed/);
  await customer.follow(company.shown[0]);
  await customer.at(port);
  await customer.sees(/Do not cancel your old service yet/);
  await customer.open(`${port}/edit`);
  await all();
  assert.match(await page.getByText(/^On file: /).first().textContent(), /•/, "the account number is on file and masked");

  // On to the letter; back to the form, and forward again.
  await go.click();
  await customer.at(`${port}/letter`);
  await customer.goesBack();
  await customer.at(`${port}/edit`);
  await all();
  await page.goForward();
  await customer.at(`${port}/letter`);

  // No proof before the signature.
  await customer.open(`${port}/proof`);
  await customer.sees(/upload the phone bill after the LOA is signed|after the Letter of Authorization is signed/);
  assert.equal(await page.locator("input[type=file]").count(), 0);

  // The letter needs a name; what was typed beside it stays.
  await customer.open(`${port}/letter`);
  await customer.field("Full name").fill("");
  await customer.press("Send LOA for Signing");
  await customer.focusIsOn("Full name");
  await customer.holds(customer.field("Email address"), company.email);
  await customer.field("Full name").fill(company.owner);
  await sendLetter(customer);
  await customer.reloads();
  await customer.sees(/^Sent to .* not opened yet\./);

  // From here on the customer leaves the page of the port open; it is never loaded again.
  await customer.open(port);
  await page.evaluate(() => { window.neverReloaded = true; });
  await stands(customer, "Awaiting signature");

  // The owner reads, forgets the box, goes on, and signs.
  const link = await desk.mailedLink(company.email, /^Please sign/, "Read and sign the letter");
  await owner.open(link);
  await owner.heading("Please read and sign this letter");
  await owner.reloads();
  for (const number of company.numbers) await owner.sees(number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3"));
  await owner.sees(company.carrier);
  await scribble(owner.page);
  await owner.press("Sign the letter");
  await owner.sees(/things need another look/);
  await owner.sees(/Tick the box to sign electronically/);
  await owner.focusIsOn(/^I agree to read and sign/);
  assert.match(await owner.page.locator("input[name=drawn]").inputValue(), /^data:image\/png/, "the drawing is still there");
  await owner.page.getByRole("checkbox").check();
  await owner.field("Type your full name").fill(company.owner);
  await owner.field(/^Your title/).fill("Owner");
  await owner.press("Sign the letter");
  await owner.heading("Signed");
  await owner.sees(/do not cancel your service yet/);
  const signed = await owner.context.request.get(await owner.link("Download the signed letter").getAttribute("href"));
  assert.equal(signed.headers()["content-type"], "application/pdf");
  // Used once is used up: by the link, by the back button, by a reload.
  await owner.open(link);
  await owner.heading("This letter is signed");
  await owner.reloads();
  await owner.heading("This letter is signed");
  await stands(customer, "Awaiting proof of ownership");

  // The submitter has been told; the next mail has the way to the upload.
  await desk.mail(customer.email, /^Signed: the Letter of Authorization/);
  const upload = await desk.mailedLink(company.email, /^Please send the phone bill/, "Upload the bill");
  await owner.open(upload);
  await owner.press("Send Proof of Ownership");
  await owner.sees("Choose a file.");
  await owner.field(/^Receipt/).check();
  await owner.field("The file").setInputFiles({ name: "bill.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ this is no bill") });
  await owner.press("Send Proof of Ownership");
  await owner.sees(/bill\.exe/);
  assert.equal(await owner.field(/^Receipt/).isChecked(), true, "what it is stays chosen");
  await owner.field(/^Latest billing statement/).check();
  await owner.field("The file").setInputFiles([bill(company), { ...bill(company, ["Page two"]), name: "phone-bill-2.pdf" }]);
  await owner.sees(/phone-bill-2\.pdf \(1 kB\)/);
  await owner.press("Send Proof of Ownership");
  await owner.heading("Thank you, it has arrived");
  await owner.follow("Send another file");
  await owner.sees(/phone-bill\.pdf \(.*being checked\)/);
  await stands(customer, "In review");

  // The customer leaves a comment; the desk answers, and keeps one remark to itself.
  await customer.field("Your note to the porting team").fill("The side door is open until six.");
  await customer.press("Add note");
  await customer.at(`${port}/notes`);
  await customer.sees("The side door is open until six.");
  await desk.open(`${port}/notes`);
  await desk.field("Your note to the porting team").fill("The bill is a little blurred.");
  await desk.field(/^Only for the desk/).check();
  await desk.press("Add note");
  await desk.sees("Only the desk sees this");
  await customer.reloads();
  assert.equal(await page.getByText("a little blurred").count(), 0);
  await customer.open(port);
  await page.evaluate(() => { window.neverReloaded = true; });

  // The desk checks and submits, on a day that the calendar allows.
  await review(desk, company);
  assert.equal(await desk.button("Submit to the carrier").isDisabled(), true, "not before the proof is accepted");
  await desk.part("phone-bill-2.pdf").getByRole("button", { name: "Accept" }).click();
  await desk.sees("The proof is accepted.");
  await submitLater(desk);

  // The port date, by mail and on the open page.
  await customer.page.getByRole("region", { name: "Where it stands" }).getByText("Scheduled", { exact: true }).waitFor({ timeout: 90_000 });
  await customer.heading("Port window");
  await customer.sees(/about 90 minutes/);
  await desk.mail(customer.email, /^Port date confirmed/);

  // Port day: a call that failed, then good ones.
  await stands(customer, "Testing");
  assert.equal(await page.evaluate(() => window.neverReloaded), true, "the page kept itself up to date");
  await customer.follow("Record the test calls");
  const [first, second] = company.shown;
  await customer.field(/^What happened/, customer.part(first)).fill("It rang nowhere.");
  await customer.press(/It rang elsewhere/, customer.part(first));
  await customer.sees(/^Recorded: failed/);
  await customer.sees("It rang nowhere.");
  for (const number of [first, second]) {
    await customer.press(/It rang in the right place/, customer.part(number));
    await customer.sees("Recorded: passed.");
  }
  // A call out has to show the number that moved.
  await customer.field(/^What happened/, customer.part(first)).fill("It showed the old main line.");
  await customer.press(/It showed another one/, customer.part(first));
  await customer.sees(/^Recorded: failed/);
  await customer.sees("It showed the old main line.");
  await customer.press(/It showed this number/, customer.part(first));
  await customer.sees("Recorded: passed.");

  // Texts wait for the account's A2P campaign, which the desk says is approved.
  await customer.open(port);
  await customer.sees(/Texts need an approved A2P 10DLC brand and campaign/);
  await desk.menu("Settings");
  await desk.follow("Accounts");
  const account = desk.page.getByRole("row").filter({ has: desk.page.getByText(customer.account, { exact: true }) });
  await account.getByRole("button", { name: /Mark as approved/ }).click();
  await stands(customer, "Completed");
  await customer.sees("You can now cancel your old service.");
  await desk.mail(customer.email, /^Completed/);

  // The overview and the notes tell the same story.
  await customer.menu("Port Numbers");
  await customer.sees("Completed", page.getByRole("row").filter({ hasText: first }));
  await customer.open(`${port}/notes`);
  await customer.sees(/ported/);
});

/** Submits for a day about a week after the earliest one, so that the port stands scheduled for a while. */
async function submitLater(desk) {
  const field = desk.field("Date to ask for");
  const earliest = new Date(await field.getAttribute("min"));
  for (let later = 8; later < 20; later += 1) {
    const day = new Date(earliest.getTime() + later * 86_400_000).toISOString().slice(0, 10);
    await field.fill(day);
    await desk.press("Submit to the carrier");
    const done = desk.page.getByText(/^Submitted\./);
    const refused = desk.page.locator("[role=status]").getByText(/.+/);
    await done.or(refused).first().waitFor();
    if (await done.count()) return;
  }
  throw new Error("no day was good");
}
