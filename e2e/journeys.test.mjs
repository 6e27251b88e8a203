// Journeys through the portal in a real browser, against the real server and the simulated carrier.
//
//   make e2e                          all of them, on a phone's and a desktop's size
//   make e2e ARGS='keyboard'          those whose name matches
//
// A journey that fails leaves pictures and texts of its people's pages in target/e2e.
import { after, describe } from "node:test";
import { strike } from "./support/cast.mjs";

// Most of a journey is waiting for the calendar, so that several can go at once.
describe("journeys", { concurrency: Number(process.env.PORTOLAN_E2E_AT_ONCE ?? 3) }, async () => {
  after(strike);
  for (const file of ["walk", "left", "numbers", "hosted", "letters", "repairs", "together", "plain", "keyboard", "calm", "tickets"]) await import(`./journeys/${file}.mjs`);
});
