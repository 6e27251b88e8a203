// Pages that stay calm for those who ask for it, and up to date for those who wait.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { file, paperwork, sendLetter, stands, submit } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

journey("with reduced motion nothing on a page moves", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const port = await file(customer, company);
  for (const path of ["/numbers/ports", "/numbers/ports/new", port, `${port}/letter`, `${port}/notes`, "/help", "/settings", "/styleguide"]) {
    await customer.open(path);
    const moving = await customer.page.evaluate(() => {
      const seconds = (text) => Math.max(...text.split(",").map((one) => parseFloat(one) * (one.trim().endsWith("ms") ? 0.001 : 1)));
      const restless = Array.from(document.querySelectorAll("*")).filter((element) => {
        const style = getComputedStyle(element);
        return seconds(style.transitionDuration) > 0 || (style.animationName !== "none" && seconds(style.animationDuration) > 0) || style.scrollBehavior === "smooth";
      });
      return { animations: document.getAnimations().length, restless: restless.map((element) => element.outerHTML.slice(0, 80)) };
    });
    assert.deepEqual(moving, { animations: 0, restless: [] }, path);
  }
}, { context: { reducedMotion: "reduce" } });

journey("open pages keep themselves up to date, and leave alone what somebody is typing", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  await customer.open(port);
  const list = await customer.context.newPage();
  await list.goto("/numbers/ports");
  const agent = await desk.context.newPage();
  await agent.goto("/desk");
  for (const page of [customer.page, list, agent]) await page.evaluate(() => { window.neverReloaded = true; });
  await customer.field("Your note to the porting team").fill("Half a sentence");
  await paperwork(desk, owner, company);
  await stands(customer, "In review");
  await list.bringToFront();
  await list.getByRole("row").filter({ hasText: company.shown[0] }).getByText("In review", { exact: true }).waitFor();
  await agent.bringToFront();
  await agent.getByRole("row").filter({ hasText: company.shown[0] }).first().waitFor();
  await submit(desk, company);
  await customer.page.bringToFront();
  await stands(customer, "Scheduled");
  await until("the port has moved", async () => (await customer.page.getByRole("link", { name: "Record the test calls" }).count()) > 0);
  await customer.holds(customer.field("Your note to the porting team"), "Half a sentence");
  for (const page of [customer.page, list, agent]) assert.equal(await page.evaluate(() => window.neverReloaded), true);
});
