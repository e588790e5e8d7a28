/**
 * Runs files of tests in Chromium, each in a page of its own: once in plain pages, once in pages isolated from other
 * origins. Arguments: the folder that is served, then the files in it. Closes with `N passed, N failed`.
 */

/** What a page tells: tests passed and failed since it told last, and the one that it runs next; `null` at its end. */
interface Report {
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  readonly next: string | null;
}

type Headers = Readonly<Record<string, string>>;

/** The headers by which a page has shared memory. */
const isolation: Headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Milliseconds without a report after which a page is taken to hang. */
const patience = 60_000;

/** A page that runs one file. The scripts run in this order. */
const page = (file: string): string =>
  `<!doctype html>
<script type="module" src="/tests/browser/page.js"></script>
<script type="module" src="/${file}"></script>
<script type="module">
  import { run } from "/tests/browser/page.js";
  run();
</script>
`;

/** Pages numbered by file, the served folder, and where reports go, whose answer is the next page. */
function serve(folder: string, files: readonly string[], headers: Headers, told: (report: Report) => string) {
  const answer = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
    new Response(body, { headers: { ...headers, "content-type": type } });
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/report") return answer(told(await request.json()), "text/plain");
    const file = files[Number(pathname.slice(1))];
    if (file !== undefined) return answer(page(file), "text/html");
    if (!pathname.endsWith(".js")) return new Response(null, { status: 404 });
    return answer(await Deno.readFile(folder + pathname), "text/javascript");
  });
}

/** Chromium at an address, until it is closed. What it writes goes to the folder for temporary files. */
async function open(url: string) {
  const profile = await Deno.makeTempDir();
  const browser = new Deno.Command("chromium", {
    args: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", `--user-data-dir=${profile}`, url],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const close = async (): Promise<void> => {
    const kill = setTimeout(() => browser.kill("SIGKILL"), 5000);
    browser.kill("SIGTERM");
    await browser.status;
    clearTimeout(kill);
  };
  return { ended: browser.status, close };
}

/** Runs all files, one page after another. */
async function runFiles(title: string, folder: string, files: readonly string[], headers: Headers) {
  const start = performance.now(), done = Promise.withResolvers<void>();
  let passed = 0, failed = 0, at = 0, running = "the page's start", heard = start;
  const fail = (name: string, message: string): void => {
    failed++;
    console.log(`FAILED in ${title}, ${files[at]}: ${name}\n${message.replace(/^/gm, "  ")}`);
  };
  const server = serve(folder, files, headers, (report) => {
    heard = performance.now();
    passed += report.passed;
    for (const { name, message } of report.failures) fail(name, message);
    running = report.next ?? "the next page's start";
    if (report.next === null && ++at === files.length) done.resolve();
    return `/${at}`;
  });
  const stop = (why: string): void => {
    fail(running, why);
    done.resolve();
  };
  const watch = setInterval(() => performance.now() - heard > patience && stop("nothing was heard since"), 1000);
  const browser = await open(`http://127.0.0.1:${server.addr.port}/0`);
  let closing = false;
  browser.ended.then(() => closing || stop("Chromium ended"));
  await done.promise;
  closing = true;
  clearInterval(watch);
  await browser.close();
  await server.shutdown();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${title}: ${passed} of ${passed + failed} passed in ${seconds} s`);
  return { passed, failed };
}

const [folder, ...files] = Deno.args as [string, ...string[]];
const plain = await runFiles("plain pages", folder, files, {});
const isolated = await runFiles("isolated pages", folder, files, isolation);
const passed = plain.passed + isolated.passed, failed = plain.failed + isolated.failed;
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) Deno.exit(1);
