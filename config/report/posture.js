// Draws the report from the JSON in the page. No request leaves the page, and no text becomes markup: everything that
// came from a scanner or a repository is put in with textContent.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const BANDS = ["critical", "high", "medium", "low", "info", "unknown"];
  const PAGE = 100;
  const lists = data.lists || {};
  const column = Object.fromEntries(data.findings.columns.map((name, i) => [name, i]));
  const rows = data.findings.rows;

  // --- small helpers ---
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((it) => it !== undefined && it !== null && it !== ""));
    return node;
  }
  const numbers = new Intl.NumberFormat("en");
  const count = (n) => (n === undefined || n === null ? "unknown" : numbers.format(n));
  const risk = (tenths) => (tenths === null || tenths === undefined ? "unknown" : (tenths / 10).toFixed(1));
  const days = (hours) => {
    if (hours === null || hours === undefined) return "unknown";
    return hours < 48 ? `${count(hours)} h` : `${(hours / 24).toFixed(1)} d`;
  };
  const day = (text) => (text ? text.slice(0, 10) : "");
  const word = (band) => el("span", { class: `word ${BANDS.includes(band) ? band : "unknown"}` }, band);
  const value = (row, name) => {
    const cell = row[column[name]];
    return cell === undefined ? null : cell;
  };
  const listed = (list, index) => (index === null || index === undefined ? "" : (lists[list] || [])[index] || "");
  const band = (row) => BANDS[value(row, "severity")] || "unknown";
  const team = (row) => listed("teams", value(row, "team"));
  const service = (row) => listed("services", value(row, "service"));
  const engines = (row) => (value(row, "engines") || []).map((i) => listed("engines", i));
  const place = (row) => {
    const path = listed("paths", value(row, "path"));
    const line = value(row, "line");
    return path && line ? `${path}:${line}` : path || value(row, "subject") || "";
  };
  const text_of = (row) =>
    [value(row, "id"), value(row, "title"), place(row), listed("rules", value(row, "rule")), team(row), service(row),
      value(row, "package"), (value(row, "advisories") || []).join(" "), engines(row).join(" ")].join(" ").toLowerCase();
  const open_rows = () => rows.filter((row) => listed("states", value(row, "state")) === "open");

  // --- the address: everything that is chosen can be linked to ---
  const VIEWS = {
    developer: ["findings", "first", "services", "waivers"],
    security: ["overview", "findings", "first", "teams", "services", "sla", "waivers", "drift", "scanners", "audit"],
    management: ["overview", "sla", "teams", "services", "waivers"],
  };
  const TITLES = {
    overview: "Overview", findings: "Findings", first: "Fix first", teams: "Teams", services: "Services", sla: "Service levels",
    waivers: "Waivers", drift: "Drift", scanners: "Scanners", audit: "Audit trail",
  };
  function address() {
    const given = new URLSearchParams(location.hash.slice(1));
    const view = VIEWS[given.get("view")] ? given.get("view") : "security";
    const tab = VIEWS[view].includes(given.get("tab")) ? given.get("tab") : VIEWS[view][0];
    return { given, view, tab };
  }
  function link(changes) {
    const next = new URLSearchParams(location.hash.slice(1));
    for (const [name, to] of Object.entries(changes)) {
      if (to === null || to === "") next.delete(name);
      else next.set(name, to);
    }
    return "#" + next.toString();
  }
  const go = (changes) => { location.hash = link(changes); };
  const only = (changes) => "#" + new URLSearchParams({ view: address().view, ...changes }).toString();

  // --- parts ---
  function table(caption, heads, body, empty) {
    if (!body.length) return el("p", { class: "empty" }, empty || "Nothing to show.");
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el("table", {}, el("caption", {}, caption),
        el("thead", {}, el("tr", {}, heads.map((h) => el("th", { scope: "col", class: h.n ? "n" : h.k ? "k" : undefined }, h.text || h)))),
        el("tbody", {}, body.map((cells) => el("tr", {}, cells.map((cell, i) => el("td", { class: heads[i].n ? "n" : heads[i].k ? "k" : undefined }, cell ?? "")))))));
  }
  const tile = (label, number, note, href) =>
    el("li", { class: "tile" }, href ? el("a", { href }, label) : label, el("b", {}, number), note ? el("span", { class: "soft" }, note) : "");

  function share(counts) {
    const total = BANDS.reduce((sum, it) => sum + (counts[it] || 0), 0);
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 1000 10");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    let at = 0;
    for (const it of BANDS) {
      const width = total ? ((counts[it] || 0) * 1000) / total : 0;
      const rect = document.createElementNS(ns, "rect");
      for (const [name, to] of Object.entries({ x: at, y: 0, width, height: 10, class: it })) rect.setAttribute(name, to);
      svg.append(rect);
      at += width;
    }
    const said = BANDS.filter((it) => counts[it]).map((it) => `${counts[it]} ${it}`).join(", ") || "none";
    return el("div", { class: "share", title: said }, svg);
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = [];
  function chart(title, at, series) {
    const panel = el("section", { class: "panel" }, el("h2", {}, title));
    if (at.length < 2) {
      panel.append(el("p", { class: "empty" }, "A trend needs runs on two days; there is one so far."));
      return panel;
    }
    const canvas = el("div", { role: "img", "aria-label": `${title}; the table below has the numbers` });
    const details = el("details", {}, el("summary", {}, "The numbers"),
      table(title, ["Day", ...series.map((it) => ({ text: it.label, n: true }))],
        at.map((t, i) => [new Date(t * 1000).toISOString().slice(0, 10), ...series.map((it) => it.show ? it.show(it.values[i]) : count(it.values[i]))]).reverse()));
    panel.append(canvas, details);
    charts.push(() => {
      canvas.replaceChildren();
      const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
      new uPlot({
        width: Math.max(280, panel.clientWidth - 34), height: 220, legend: { live: false },
        axes: [axis, axis], scales: { y: { range: (u, low, high) => [0, Math.max(1, high * 1.05)] } },
        series: [{}, ...series.map((it) => ({ label: it.label, stroke: colour(it.colour), width: 2, points: { show: at.length < 40 } }))],
      }, [at, ...series.map((it) => it.values)], canvas);
    });
    return panel;
  }

  // --- sections ---
  function counts_of(some) {
    const counts = {};
    for (const row of some) counts[band(row)] = (counts[band(row)] || 0) + 1;
    return counts;
  }

  const sections = {
    overview() {
      const open = open_rows();
      const counts = counts_of(open);
      const overdue = open.filter((row) => listed("slas", value(row, "sla")) === "breached").length;
      const metrics = data.metrics || {};
      const trend = data.trend || { at: [] };
      const nodes = [
        el("ul", { class: "tiles" },
          tile("Open findings", count(open.length), `${count(rows.length - open.length)} closed or waived`, only({ tab: "findings" })),
          BANDS.slice(0, 2).map((it) => tile(it, count(counts[it] || 0), "open", only({ tab: "findings", severity: it }))),
          tile("Past their date", count(overdue), "open", only({ tab: "findings", sla: "breached" })),
          tile("Time to repair", days(metrics.mttr_median_h), metrics.n ? `median of ${count(metrics.n)}; with open ones ${days(metrics.km_median_h)}` : "nothing repaired yet"),
          tile("Waived", count((data.waivers || []).filter((it) => it.state === "active").length), "in force", only({ tab: "waivers" }))),
        el("div", {}, share(counts)),
      ];
      for (const note of data.notes || []) nodes.push(el("p", { class: "note" }, note));
      if (trend.at.length) {
        nodes.push(chart("Open findings by severity", trend.at, BANDS.filter((it) => (trend[it] || []).some(Boolean)).map((it) => ({ label: it, values: trend[it], colour: `--${it}-fill` }))));
        nodes.push(chart("New and repaired", trend.at, [{ label: "new", values: trend.opened, colour: "--high-fill" }, { label: "repaired", values: trend.fixed, colour: "--low-fill" }]));
      }
      nodes.push(el("h2", {}, "Fix first"), first_table((data.fix_first || []).slice(0, 5)));
      return nodes;
    },
    findings() { return findings_section(); },
    first() { return [el("h2", {}, TITLES.first), el("p", { class: "soft" }, "What takes most risk away for its cost comes first."), first_table(data.fix_first || [])]; },
    teams() { return [el("h2", {}, TITLES.teams), groups("Team", data.teams || [], "team")]; },
    services() { return [el("h2", {}, TITLES.services), groups("Service", data.services || [], "service")]; },
    sla() {
      const metrics = data.metrics || {};
      const sla = data.sla || { rows: [] };
      return [
        el("h2", {}, TITLES.sla),
        el("ul", { class: "tiles" },
          tile("Kept", sla.compliance_permille === null || sla.compliance_permille === undefined ? "unknown" : `${(sla.compliance_permille / 10).toFixed(1)} %`, "of what was due in the period"),
          tile("Time to repair", days(metrics.mttr_median_h), `median; 90 of 100 within ${days(metrics.mttr_p90_h)}`),
          tile("With open ones counted", days(metrics.km_median_h), "Kaplan-Meier median"),
          tile("Time to detect", days(metrics.mttd_median_h), "median")),
        table("By band", ["Band", { text: "Days allowed", n: true }, { text: "Due", n: true }, { text: "In time", n: true }, { text: "Late", n: true }, { text: "Open and overdue", n: true }],
          sla.rows.map((it) => [word(it.band), it.days === null ? "none" : count(it.days), count(it.due), count(it.met), count(it.late), count(it.overdue)])),
        el("h2", {}, "Age of what is open"),
        table("Days since first seen", ["Age", ...BANDS.map((it) => ({ text: it, n: true }))], (data.age || []).map((it) => [it.label, ...BANDS.map((b) => count(it.counts[b] || 0))])),
      ];
    },
    waivers() {
      return [el("h2", {}, TITLES.waivers),
        table("Decisions to live with a finding, soonest to lapse first", ["Waiver", "State", "Reason", "Asked by", "Approved by", { text: "Until", k: true }, { text: "Findings", n: true }],
          (data.waivers || []).map((it) => [el("span", {}, it.id, el("br"), el("span", { class: "soft" }, it.where || it.source)),
            el("span", {}, it.state, it.note ? [el("br"), el("span", { class: "soft" }, it.note)] : "", it.lapsed ? [el("br"), el("span", { class: "soft" }, `lapsed on ${it.lapsed}`)] : ""),
            el("span", {}, it.reason, el("br"), el("span", { class: "soft" }, it.justification || "")), it.requested_by, it.approved_by || "nobody",
            el("span", {}, it.expires || "without end", it.days_left === undefined ? "" : [el("br"), el("span", { class: "soft" }, `${count(it.days_left)} days left`)]),
            el("a", { href: only({ tab: "findings", state: "waived", q: it.id }) }, count(it.findings))]), "No waivers.")];
    },
    drift() { return [el("h2", {}, TITLES.drift), table("What changed without a finding", ["Day", "Kind", "What"], (data.drift || []).map((it) => [day(it.at), it.kind, it.what]), "No drift in the period.")]; },
    scanners() {
      return [el("h2", {}, TITLES.scanners),
        table("What looks, and when it last did completely", ["Scanner", "Version", "Last complete run", "State", { text: "Open findings", n: true }, "Note"],
          (data.scanners || []).map((it) => [it.engine, it.version || "unknown", it.last_complete || "never", it.state, el("a", { href: only({ tab: "findings", engine: it.engine }) }, count(it.open)), it.note || ""]), "No scanner has reported.")];
    },
    audit() {
      return [el("h2", {}, TITLES.audit), el("p", { class: data.audit_verified ? "soft" : "note" }, data.audit_sentence || ""),
        table(`The newest ${count((data.audit || []).length)} of ${count(data.audit_total)} events`, [{ text: "No.", n: true }, { text: "Time", k: true }, { text: "Event", k: true }, { text: "By", k: true }, { text: "About", k: true }, "What", { text: "Hash", k: true }],
          (data.audit || []).map((it) => [count(it.seq), it.at, it.type, it.actor, it.subject.startsWith("GP-") ? el("a", { href: link({ finding: it.subject }) }, it.subject.slice(0, 11)) : it.subject, it.what, it.hash.slice(0, 12)]), "The ledger has no events.")];
    },
  };

  function first_table(units) {
    return table("Actions, best first", ["Action", "Team", { text: "Closes", n: true }, { text: "Risk before", n: true }, { text: "after", n: true }],
      units.map((it) => [el("span", {}, it.what, it.command ? el("div", {}, el("code", {}, it.command)) : ""), it.team || "nobody", count(it.closes), risk(it.risk_before), risk(it.risk_after)]), data.findings.rows.length ? "No repair is known here that closes findings. The report of a night (gatepost nightly --output-dir) knows more than one of the ledger alone." : "Nothing to do.");
  }
  function groups(title, all, filter) {
    return table(`${title}s by open risk`, [title, "Open", ...BANDS.map((it) => ({ text: it, n: true })), { text: "Risk", n: true }, { text: "Overdue", n: true }, "More"],
      all.map((it) => [el("a", { href: only({ tab: "findings", [filter]: it.name || "-" }) }, it.name || "nobody"), share(it.open), ...BANDS.map((b) => count(it.open[b] || 0)), risk(it.risk), count(it.overdue), it.more || ""]));
  }

  // --- the list of findings ---
  const SORTS = {
    risk: (a, b) => (value(b, "risk") ?? -1) - (value(a, "risk") ?? -1),
    severity: (a, b) => value(a, "severity") - value(b, "severity"),
    title: (a, b) => String(value(a, "title")).localeCompare(String(value(b, "title"))),
    place: (a, b) => place(a).localeCompare(place(b)),
    team: (a, b) => team(a).localeCompare(team(b)),
    seen: (a, b) => String(value(a, "first_detected") || "").localeCompare(String(value(b, "first_detected") || "")),
    due: (a, b) => String(value(a, "due") || "9999").localeCompare(String(value(b, "due") || "9999")),
  };
  const FILTERS = {
    severity: { label: "Severity", values: () => BANDS, of: band },
    state: { label: "State", values: () => lists.states || [], of: (row) => listed("states", value(row, "state")), fallback: "open" },
    team: { label: "Team", values: () => ["-", ...(lists.teams || [])], of: (row) => team(row) || "-" },
    service: { label: "Service", values: () => ["-", ...(lists.services || [])], of: (row) => service(row) || "-" },
    engine: { label: "Scanner", values: () => lists.engines || [], of: engines },
    kind: { label: "Kind", values: () => lists.kinds || [], of: (row) => listed("kinds", value(row, "kind")) },
    sla: { label: "Date", values: () => lists.slas || [], of: (row) => listed("slas", value(row, "sla")) },
  };
  let texts = null;
  function chosen_rows(given) {
    const tests = [];
    for (const [name, filter] of Object.entries(FILTERS)) {
      const wanted = given.get(name) || filter.fallback;
      if (!wanted || wanted === "all") continue;
      tests.push((row) => { const is = filter.of(row); return Array.isArray(is) ? is.includes(wanted) : is === wanted; });
    }
    const words = (given.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) texts = rows.map(text_of);
    const picked = [];
    rows.forEach((row, i) => {
      if (tests.every((test) => test(row)) && words.every((it) => texts[i].includes(it))) picked.push(row);
    });
    const [key, down] = (given.get("sort") || "risk").split("-");
    const by = SORTS[key] || SORTS.risk;
    picked.sort((a, b) => by(a, b) || (value(a, "id") < value(b, "id") ? -1 : 1));
    if (down) picked.reverse();
    return picked;
  }
  function findings_section() {
    const result = el("div", { id: "result" });
    let waiting = 0;
    const search = el("input", {
      type: "search", id: "q", placeholder: "title, file, CVE, package …", value: address().given.get("q") || "",
      oninput: () => { clearTimeout(waiting); waiting = setTimeout(() => replace_address({ q: search.value, page: null }), 150); },
    });
    const filters = Object.entries(FILTERS).filter(([, it]) => it.values().length).map(([name, it]) => {
      const now = address().given.get(name) || it.fallback || "all";
      return el("label", {}, it.label, el("select", { name, onchange: (event) => replace_address({ [name]: event.target.value === "all" && !it.fallback ? null : event.target.value, page: null }) },
        ["all", ...it.values()].map((v) => el("option", { value: v, selected: v === now }, v === "-" ? "nobody" : v))));
    });
    function replace_address(changes) {
      history.replaceState(null, "", link(changes));
      drawn = drawn_key();
      fill();
    }
    function fill() {
      const given = address().given;
      const picked = chosen_rows(given);
      const pages = Math.max(1, Math.ceil(picked.length / PAGE));
      const page = Math.min(pages, Math.max(1, parseInt(given.get("page") || "1", 10) || 1));
      const sort = given.get("sort") || "risk";
      const heads = [["risk", "Risk", true], ["severity", "Severity"], ["title", "Finding"], ["place", "Where"], ["team", "Team"], ["seen", "Since"], ["due", "Due"]];
      const head = el("tr", {}, heads.map(([key, label, n]) => el("th", { scope: "col", class: n ? "n" : undefined, "aria-sort": sort === key ? "ascending" : sort === `${key}-down` ? "descending" : undefined },
        el("button", { type: "button", "data-sort": key, onclick: () => { replace_address({ sort: sort === key ? `${key}-down` : key, page: null }); result.querySelector(`[data-sort="${key}"]`).focus(); } }, label, sort.split("-")[0] === key ? (sort.endsWith("-down") ? " ▴" : " ▾") : ""))));
      const body = picked.slice((page - 1) * PAGE, page * PAGE).map((row) => el("tr", {},
        el("td", { class: "n" }, risk(value(row, "risk"))), el("td", {}, word(band(row))),
        el("td", { class: "finding-title" }, el("a", { href: link({ finding: value(row, "id") }) }, value(row, "title") || value(row, "id")), el("div", { class: "soft" }, [engines(row).join(", "), value(row, "package"), (value(row, "advisories") || []).slice(0, 2).join(", ")].filter(Boolean).join(" · "))),
        el("td", {}, place(row)), el("td", { class: "w" }, team(row) || "nobody"), el("td", { class: "k" }, day(value(row, "first_detected"))), el("td", { class: "k" }, due_text(row))));
      const turn = (to, label, off) => el("button", { type: "button", disabled: off, onclick: () => { replace_address({ page: String(to) }); result.scrollIntoView(); } }, label);
      result.replaceChildren(
        el("p", { class: "soft", role: "status" }, `${count(picked.length)} of ${count(rows.length)} findings`),
        picked.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Findings" }, el("table", {}, el("thead", {}, head), el("tbody", {}, body))) : el("p", { class: "empty" }, "No finding is like that."),
        el("div", { class: "pages" }, turn(page - 1, "Earlier", page <= 1), `page ${count(page)} of ${count(pages)}`, turn(page + 1, "Later", page >= pages)));
    }
    fill();
    return [el("h2", {}, TITLES.findings), el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, el("label", {}, "Search", search), filters), result];
  }
  function due_text(row) {
    const state = listed("slas", value(row, "sla"));
    const at = day(value(row, "due"));
    return at && state === "breached" ? `${at} (past)` : at && state === "paused" ? `${at} (paused)` : at;
  }

  // --- one finding ---
  function show_finding(id) {
    const row = rows.find((it) => value(it, "id") === id || value(it, "id").startsWith(id));
    document.querySelector("dialog")?.remove();
    if (!row) return;
    const fact = (label, what) => (what === null || what === undefined || what === "" ? [] : [el("dt", {}, label), el("dd", {}, what)]);
    const path = listed("paths", value(row, "path"));
    const href = path && data.blob_url ? data.blob_url + path.split("/").map(encodeURIComponent).join("/") + (value(row, "line") ? `#L${value(row, "line")}` : "") : null;
    const steps = (data.audit || []).filter((it) => it.subject === value(row, "id"));
    const close = () => go({ finding: null });
    const dialog = el("dialog", { "aria-labelledby": "finding-title", onclose: close },
      el("div", { class: "bar" }, el("h2", { id: "finding-title" }, value(row, "title") || value(row, "id")), el("button", { type: "button", onclick: () => dialog.close() }, "Close")),
      el("dl", { class: "facts" },
        fact("Id", value(row, "id")), fact("Severity", word(band(row))), fact("Risk", risk(value(row, "risk"))), fact("Why", value(row, "why")),
        fact("Where", href && /^https:\/\//.test(href) ? el("a", { href, rel: "noopener noreferrer" }, place(row)) : place(row)), fact("Package", value(row, "package")),
        fact("Advisories", (value(row, "advisories") || []).join(", ")), fact("Repair", value(row, "fix")), fact("Rule", listed("rules", value(row, "rule"))), fact("Scanners", engines(row).join(", ")),
        fact("Kind", listed("kinds", value(row, "kind"))), fact("Team", team(row) || "nobody"), fact("Service", service(row)), fact("State", listed("states", value(row, "state"))),
        fact("Since", day(value(row, "first_detected"))), fact("Due", due_text(row)), fact("Waiver", value(row, "waiver")), fact("Came back", value(row, "reopened") ? `${count(value(row, "reopened"))} times` : "")),
      steps.length ? el("h3", {}, "What happened") : "",
      steps.length ? el("ul", {}, steps.map((it) => el("li", {}, `${day(it.at)}: ${it.type}${it.what ? `, ${it.what}` : ""}`))) : "");
    document.body.append(dialog);
    dialog.showModal();
  }

  // --- the page ---
  let drawn = "";
  // What the sections depend on: everything but the finding that is open.
  function drawn_key() {
    const { given, view, tab } = address();
    given.delete("finding");
    return `${view}/${tab}/${given}`;
  }
  function draw() {
    const { given, view, tab } = address();
    for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    if (drawn_key() !== drawn) {
      drawn = drawn_key();
      document.getElementById("tabs").replaceChildren(...VIEWS[view].map((it) => el("a", { href: only({ tab: it }), "aria-current": it === tab ? "page" : undefined }, TITLES[it])));
      charts.length = 0;
      document.getElementById("main").replaceChildren(...sections[tab]());
      charts.forEach((make) => make());
    }
    if (given.get("finding")) show_finding(given.get("finding"));
    else document.querySelector("dialog")?.remove();
  }
  function themed(name) {
    document.documentElement.dataset.theme = name;
    charts.forEach((make) => make());
  }
  const project = data.project || {};
  document.getElementById("subtitle").textContent = [project.branch && `branch ${project.branch}`, project.commit && `commit ${project.commit.slice(0, 12)}`,
    `${day(data.period.from)} to ${day(data.period.to)}`].filter(Boolean).join(" · ");
  document.getElementById("footer").textContent = `Written by gatepost ${data.version} at ${data.generated}. Works without a network.`;
  for (const button of document.querySelectorAll("[data-view]")) button.addEventListener("click", () => { location.hash = new URLSearchParams({ view: button.dataset.view }).toString(); });
  document.getElementById("theme").addEventListener("click", () => themed(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  let resizing = 0;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => charts.forEach((make) => make()), 200); });
  addEventListener("hashchange", draw);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(input|select|textarea)$/i.test(event.target.tagName) && document.getElementById("q")) {
      event.preventDefault();
      document.getElementById("q").focus();
    }
  });
  document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  draw();
})();
