// Several people, several windows, at the same time.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { file, paperwork, review, sendLetter, stands } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

journey("two people edit the same request: the second one is told, and keeps what they typed", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const dana = await cast.customer({ paired: true });
  const lee = await cast.person("colleague", dana.colleague);

  const port = await file(dana, company);
  await Promise.all([dana.open(`${port}/edit`), lee.open(`${port}/edit`)]);
  await dana.field("Business Name").fill(`${company.name} of Albany`);
  await dana.press("Save and finish later");
  await dana.sees(/^Saved\./);
  await lee.field("Business Name").fill(`${company.name} of Troy`);
  await lee.field("City").first().fill("Troy");
  await lee.press("Save and finish later");
  await lee.sees(/Somebody else changed this request while you had it open/);
  await lee.holds(lee.field("Business Name"), `${company.name} of Troy`);
  await lee.holds(lee.field("City").first(), "Troy");
  // Having read that, the second one may save over it.
  await lee.press("Save and finish later");
  await lee.sees(/^Saved\./);
  await dana.reloads();
  await dana.holds(dana.field("Business Name"), `${company.name} of Troy`);

  // One number, the same way.
  await dana.open(port);
  const change = await dana.link(/^Change/).first().getAttribute("href");
  await Promise.all([dana.open(change), lee.open(change)]);
  await dana.field(/^Description/).fill("Front desk");
  await dana.press("Save");
  await dana.sees("Saved.");
  await lee.field(/^Description/).fill("Main Office Line");
  await lee.press("Save");
  await lee.sees(/Somebody else changed this request meanwhile/);
  await lee.holds(lee.field(/^Description/), "Main Office Line");
  await lee.press("Save");
  await lee.sees("Main Office Line");
});

journey("two agents check the same request: it is submitted once", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk, other, owner] = await Promise.all([cast.customer(), cast.desk(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  await paperwork(desk, owner, company);
  await review(desk, company);
  await desk.press("Accept");
  await desk.sees("The proof is accepted.");
  await other.open(desk.path);
  await desk.press("Submit to the carrier");
  await desk.sees(/^Submitted\./);
  await other.press("Submit to the carrier");
  await other.sees(/Somebody else changed this request meanwhile/);
  await customer.open(port);
  await stands(customer, "Submitted");
});

journey("a form that was open when its session ended is sent again with all that was typed", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const port = await file(customer, company);
  await customer.open(`${port}/notes`);
  await customer.field("Your note to the porting team").fill("Please call before the port date.");
  // In another tab of the same browser somebody signs out.
  const tab = await customer.context.newPage();
  await tab.goto("/help");
  const opener = tab.locator("summary").filter({ hasText: "Menu" });
  if (await opener.isVisible()) await opener.click();
  await tab.getByRole("button", { name: "Sign out" }).click();
  await tab.getByText("You are signed out.").waitFor();
  await customer.press("Add note");
  await customer.heading("You were signed out in the meantime");
  await tab.getByLabel("Email").fill(customer.email);
  await tab.getByLabel("Password").fill("portolan-demo");
  await tab.getByRole("button", { name: "Sign in" }).click();
  await tab.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await tab.close();
  await customer.press("Send it again");
  await until("the note is written", async () => {
    if (await customer.page.getByText("Please call before the port date.").count()) return true;
    const again = customer.button("Send it again");
    if (await again.count()) await again.click();
    return false;
  });
  assert.equal(customer.path, `${port}/notes`);
});
