// PDFs in pictures of pages: a browser without a window shows none, so the first page is drawn by Poppler.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Has each PDF in a frame shown as a picture of its first page. */
export async function showPdfs(context) {
  await context.route((url) => /\/documents?\/|\.pdf$|\/letter/.test(url.pathname), async (route) => {
    const request = route.request();
    if (!request.isNavigationRequest() || request.frame().parentFrame() === null) return route.continue();
    const answer = await route.fetch();
    if (!answer.headers()["content-type"]?.startsWith("application/pdf")) return route.fulfill({ response: answer });
    const png = await firstPage(await answer.body());
    return route.fulfill({ contentType: "text/html", body: `<!doctype html><title>PDF</title><body style="margin:0"><img style="width:100%" alt="" src="data:image/png;base64,${png.toString("base64")}">` });
  });
}

async function firstPage(pdf) {
  const folder = await mkdtemp(join(tmpdir(), "pdf-"));
  try {
    await writeFile(join(folder, "it.pdf"), pdf);
    await run("pdftoppm", ["-png", "-singlefile", "-r", "80", join(folder, "it.pdf"), join(folder, "it")]);
    return await readFile(join(folder, "it.png"));
  } finally {
    await rm(folder, { recursive: true });
  }
}
