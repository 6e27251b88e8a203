// The sample pages in target/screens/pages (`cargo run --example pages`), served as the server serves its own.
import { createServer } from "node:http";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
// The policy that the server sends (src/portal/assets.rs), so that a page that breaks it shows here.
const POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/** `{ pages: [{ name, url }], mails: [{ name, url }], close() }` */
export async function samples(folder = join("target", "screens", "pages")) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = join(folder, path);
    if (path.includes("..") || !existsSync(file) || !TYPES[extname(file)]) {
      response.writeHead(200, { "content-type": "text/html" });
      return response.end("<!doctype html><html lang=en><title>elsewhere</title><body>(not part of the samples)");
    }
    const mail = path.includes("/mail/");
    response.writeHead(200, { "content-type": TYPES[extname(file)], ...(mail ? {} : { "content-security-policy": POLICY }) });
    return response.end(readFileSync(file));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const base = `http://127.0.0.1:${server.address().port}`;
  const list = (sub) => (existsSync(join(folder, sub)) ? readdirSync(join(folder, sub)).filter((file) => file.endsWith(".html")) : []);
  return {
    pages: list(".").map((file) => ({ name: file.slice(0, -5), url: `${base}/${file}` })),
    mails: list("mail").map((file) => ({ name: `mail-${file.slice(0, -5)}`, url: `${base}/mail/${file}` })),
    close: () => server.close(),
  };
}
