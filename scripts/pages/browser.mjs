// The browser that shows the pages: Debian's Chromium, or whatever of the kind is installed.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

export function program() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin"];
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (!found) throw new Error("there is no Chromium here: scripts/setup.sh e2e installs it, or set CHROMIUM to its path");
  return found;
}

export function launch() {
  return chromium.launch({ executablePath: program(), args: ["--no-sandbox", "--disable-gpu"] });
}
