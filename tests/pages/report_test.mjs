// The report of a posture in a real browser: what a person would do with it, and what the page must never do.
//
//   node tests/pages/report_test.mjs GATEPOST [FOLDER]     screenshots go into FOLDER when it is named
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
const AXE = fs.readFileSync(path.join(ROOT, "tests/pages/node_modules/axe-core/axe.min.js"), "utf8");
const HOSTILE = `<img src=x onerror="document.title='owned'">'"</script><script>document.title="owned"</script>`;

// --- the pages: nights of the example repository, with a scanner's message that would like to be markup ---

function gatepost(binary, folder, ...words) {
  return execFileSync(binary, words, { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH, HOME: folder }, maxBuffer: 1 << 28 });
}

function edit(file, change) {
  const report = JSON.parse(fs.readFileSync(file, "utf8"));
  change(report);
  fs.writeFileSync(file, JSON.stringify(report));
}

function make_report(binary, folder) {
  execFileSync("sh", [path.join(ROOT, "examples/make_repository.sh"), path.join(folder, "shop")]);
  const shop = path.join(folder, "shop");
  const scans = path.join(shop, "scans/base");
  edit(path.join(scans, "semgrep.sarif"), (it) => {
    const result = structuredClone(it.runs[0].results[0]);
    result.message = { text: HOSTILE };
    result.ruleId = "hostile";
    delete result.ruleIndex;
    delete result.fingerprints;
    it.runs[0].results.push(result);
  });
  const night = (now) => gatepost(binary, shop, "nightly", "--head", "main", "--report", "scans/base/*", "--store", "sqlite:l.db", "--now", now, "--output-dir", "out");
  night("2026-08-20T01:00:00Z");
  edit(path.join(scans, "gitleaks.sarif"), (it) => it.runs[0].results.pop());
  night("2026-09-20T01:00:00Z");
  night("2026-11-20T01:00:00Z");
  gatepost(binary, shop, "report", "--compliance", "all", "--samples", "100", "--store", "sqlite:l.db", "--now", "2026-11-20T02:00:00Z", "--output", "out/compliance.html");
  return path.join(shop, "out/posture.html");
}

// The same page with many findings: rows of it again and again, under other ids.
function multiply(page, count, to) {
  const text = fs.readFileSync(page, "utf8");
  const open = '<script type="application/json" id="data">';
  const begin = text.indexOf(open) + open.length;
  const end = text.indexOf("</script>", begin);
  const data = JSON.parse(text.slice(begin, end));
  const rows = data.findings.rows;
  data.findings.rows = Array.from({ length: count }, (_, i) => {
    const row = [...rows[i % rows.length]];
    row[0] = `GP-${String(i).padStart(26, "A")}`;
    return row;
  });
  fs.writeFileSync(to, text.slice(0, begin) + JSON.stringify(data).replaceAll("<", "\\u003c") + text.slice(end));
}

// --- the browser ---

class Page {
  constructor(page, url) {
    this.page = page;
    this.url = url;
    this.complaints = [];
  }
  static async open(browser, file) {
    const url = pathToFileURL(file).href;
    const it = new Page(await browser.newPage(), url);
    await it.page.setViewport({ width: 1280, height: 900 });
    it.page.on("console", (message) => it.complaints.push(`console: ${message.text()}`));
    it.page.on("pageerror", (error) => it.complaints.push(`error: ${error.message}`));
    it.page.on("request", (request) => {
      if (request.url().split("#")[0] !== url) it.complaints.push(`asks for ${request.url().slice(0, 200)}`);
    });
    await it.page.goto(url);
    return it;
  }
  async go(hash) {
    await this.page.evaluate((to) => new Promise((done) => {
      if (location.hash === to) return done();
      addEventListener("hashchange", () => setTimeout(done), { once: true });
      location.hash = to;
    }), hash);
  }
  text(selector) { return this.page.$eval(selector, (it) => it.textContent); }
  all(selector) { return this.page.$$eval(selector, (its) => its.map((it) => it.textContent)); }
  async status(wanted) {
    await this.page.waitForFunction((text) => document.querySelector("[role=status]")?.textContent.startsWith(text), { timeout: 30000 }, wanted);
  }
  async axe() {
    return this.page.evaluate(async (source) => {
      if (!window.axe) (0, eval)(source);
      return (await window.axe.run()).violations.map((it) => `${it.id}: ${it.nodes[0].html.slice(0, 120)}`);
    }, AXE);
  }
}

const CASES = {
  async "no section of any view has a barrier that axe knows, in light and dark"(page) {
    // The checker itself is not part of the page, so the page's own policy would not let it run.
    for (const view of ["developer", "security", "management"]) {
      await page.go(`#view=${view}`);
      const tabs = await page.page.$$eval("#tabs a", (its) => its.map((it) => it.getAttribute("href")));
      assert.ok(tabs.length >= 4);
      for (const tab of tabs) {
        await page.go(tab);
        for (const theme of ["light", "dark"]) {
          await page.page.evaluate((to) => { document.documentElement.dataset.theme = to; }, theme);
          assert.deepEqual(await page.axe(), [], `${tab} in ${theme}`);
        }
      }
    }
  },
  async "the views show different sections, and each opens"(page) {
    const sections = {};
    for (const view of ["Developer", "Security", "Management"]) {
      await page.page.evaluate((text) => { [...document.querySelectorAll("[data-view]")].find((it) => it.textContent === text).click(); }, view);
      await page.page.waitForFunction((text) => document.querySelector('[aria-pressed="true"]').textContent === text, {}, view);
      sections[view] = (await page.all("#tabs a")).join();
      for (const tab of await page.page.$$eval("#tabs a", (its) => its.map((it) => it.getAttribute("href")))) {
        await page.go(tab);
        assert.ok((await page.text("main h2, main .tiles")).length > 0, tab);
      }
    }
    assert.equal(new Set(Object.values(sections)).size, 3);
  },
  async "findings are filtered, searched and sorted, and the address says how"(page) {
    await page.go("#view=developer&tab=findings");
    const before = (await page.all("tbody tr")).length;
    await page.page.select('select[name="severity"]', "critical");
    const words = await page.all("tbody .word");
    assert.ok(words.length > 0 && words.length < before && words.every((it) => it === "critical"));
    assert.match(page.page.url(), /severity=critical/);
    await page.page.select('select[name="severity"]', "all");
    await page.page.focus("h1");
    await page.page.keyboard.press("/");
    await page.page.keyboard.type("lodash");
    await page.page.waitForFunction(() => location.hash.includes("q=lodash"));
    const titles = await page.all("tbody tr");
    assert.ok(titles.length > 0 && titles.every((it) => it.toLowerCase().includes("lodash")));
    await page.go("#view=developer&tab=findings");
    await page.page.click('[data-sort="title"]');
    const sorted = await page.all(".finding-title a");
    assert.deepEqual(sorted, [...sorted].sort((a, b) => a.localeCompare(b)));
    await page.page.click('[data-sort="title"]');
    assert.deepEqual(await page.all(".finding-title a"), [...sorted].reverse());
  },
  async "a finding has an address of its own, opens by it and closes with Escape"(page) {
    await page.go("#view=developer&tab=findings");
    await page.page.click(".finding-title a");
    await page.page.waitForSelector("dialog[open]");
    const address = page.page.url();
    assert.match(address, /finding=GP-[A-Z2-7]{26}/);
    await page.page.keyboard.press("Escape");
    await page.page.waitForFunction(() => !document.querySelector("dialog[open]") && !location.hash.includes("finding="));
    await page.page.goto("about:blank");
    await page.page.goto(address);
    await page.page.waitForSelector("dialog[open]");
    assert.match(await page.text("dialog dl"), /GP-[A-Z2-7]{26}/);
    page.complaints = page.complaints.filter((it) => !it.includes("about:blank"));
    await page.page.keyboard.press("Escape");
  },
  async "a scanner's text stays text"(page) {
    await page.go("#view=security&tab=findings&q=onerror&state=all");
    await page.status("1 of");
    assert.ok((await page.text("tbody")).includes("onerror="));
    assert.equal(await page.page.$("main img"), null);
    assert.ok(!(await page.page.title()).includes("owned"));
  },
  async "the numbers of a chart are there as a table, and the trend has the nights"(page) {
    await page.go("#view=security&tab=overview");
    assert.ok((await page.page.$$("canvas")).length >= 2);
    assert.deepEqual((await page.page.$$eval("details table tbody tr", (its) => its.map((it) => it.cells[0].textContent))).slice(0, 2), ["2026-11-20", "2026-09-20"]);
  },
  async "all audit events of a repaired finding can be found"(page) {
    await page.go("#view=security&tab=audit");
    assert.ok((await page.all("tbody tr")).some((it) => it.includes("fixed")));
    assert.match(await page.text("main p"), /is whole/);
  },
  async "it prints without its controls"(page) {
    await page.go("#view=management&tab=overview");
    await page.page.emulateMediaType("print");
    const shown = await page.page.$eval("nav", (it) => getComputedStyle(it).display);
    await page.page.emulateMediaType(null);
    assert.equal(shown, "none");
    assert.ok((await page.page.pdf()).length > 10000);
  },
  async "it works on a telephone without a wide page"(page) {
    await page.page.setViewport({ width: 390, height: 800 });
    for (const tab of ["overview", "findings", "sla"]) {
      await page.go(`#view=security&tab=${tab}`);
      assert.ok(await page.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), tab);
    }
    await page.page.setViewport({ width: 1280, height: 900 });
  },
};

// The page for auditors has no script of its own.
const AUDITORS = {
  async "no barrier that axe knows, in light and dark"(page) {
    for (const value of ["light", "dark"]) {
      await page.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
      assert.deepEqual(await page.axe(), [], value);
    }
    await page.page.emulateMediaFeatures([]);
  },
  async "every state is told in words, and every link leads somewhere"(page) {
    const states = new Set(await page.all(".state"));
    for (const word of ["no evidence", "attention", "partly", "evidence"]) assert.ok(states.has(word), word);
    assert.deepEqual(await page.page.$$eval('a[href^="#"]', (its) => its.map((it) => it.getAttribute("href").slice(1)).filter((id) => !document.getElementById(id))), []);
    assert.ok((await page.all(".control")).length > 150);
  },
  async "a scanner's text stays text, and there is no script"(page) {
    assert.ok((await page.text("main")).includes("onerror="));
    assert.deepEqual([await page.page.$("img"), await page.page.$("script")], [null, null]);
  },
  async "it prints whole, also what is dark on the screen"(page) {
    await page.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await page.page.emulateMediaType("print");
    assert.equal(await page.page.$eval("body", (it) => getComputedStyle(it).backgroundColor), "rgb(255, 255, 255)");
    await page.page.emulateMediaType(null);
    await page.page.emulateMediaFeatures([]);
    assert.ok((await page.page.pdf()).length > 100000);
  },
  async "it is no wider than a telephone"(page) {
    await page.page.setViewport({ width: 390, height: 800 });
    assert.ok(await page.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1));
    await page.page.setViewport({ width: 1280, height: 900 });
  },
};

async function main(binary, folder) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gatepost-pages-"));
  const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((it) => fs.existsSync(it));
  assert.ok(chromium, "Chromium is not installed");
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"], protocolTimeout: 600000 });
  let passed = 0, failed = 0;
  const judge = async (name, run) => {
    try {
      await run();
      ++passed;
    } catch (error) {
      ++failed;
      console.log(`failed: ${name}\n  ${error.stack.split("\n").slice(0, 12).join("\n  ")}`);
    }
  };
  try {
    const file = make_report(binary, scratch);
    const page = await Page.open(browser, file);
    for (const [name, run] of Object.entries(CASES)) await judge(name, () => run(page));
    await judge("nothing was asked of anybody, and nothing went wrong", async () => assert.deepEqual(page.complaints, []));
    const auditors = await Page.open(browser, path.join(path.dirname(file), "compliance.html"));
    for (const [name, run] of Object.entries(AUDITORS)) await judge(`for auditors: ${name}`, () => run(auditors));
    await judge("for auditors: nothing was asked of anybody", async () => assert.deepEqual(auditors.complaints, []));
    await judge("50,000 findings can be searched and turned over", async () => {
      const many = path.join(scratch, "many.html");
      multiply(file, 50000, many);
      const large = await Page.open(browser, many);
      await large.go("#view=developer&tab=findings&state=all");
      await large.status("50,000 of 50,000");
      await large.page.evaluate(() => { [...document.querySelectorAll(".pages button")].at(-1).click(); });
      await large.page.waitForFunction(() => location.hash.includes("page=2"));
      await large.go("#view=developer&tab=findings&state=all&q=lodash");
      await large.page.waitForFunction(() => /^[\d,]+ of 50,000/.test(document.querySelector("[role=status]").textContent) && !document.querySelector("[role=status]").textContent.startsWith("50,000"));
      assert.deepEqual(large.complaints, []);
      await large.page.close();
    });
    if (folder) {
      await page.page.bringToFront();
      fs.mkdirSync(folder, { recursive: true });
      for (const tab of ["overview", "findings", "teams", "sla", "audit"]) {
        await page.go(`#view=security&tab=${tab}`);
        await page.page.screenshot({ path: path.join(folder, `${tab}.png`) });
      }
      await auditors.page.bringToFront();
      await auditors.page.evaluate(() => [...document.querySelectorAll("h2")].find((it) => it.textContent.startsWith("PCI")).scrollIntoView());
      await auditors.page.screenshot({ path: path.join(folder, "compliance.png") });
    }
  } finally {
    await browser.close();
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed ? 1 : 0;
}

await main(path.resolve(process.argv[2]), process.argv[3]);
