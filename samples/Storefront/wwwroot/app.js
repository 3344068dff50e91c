// Every form is one request: data-method and data-path say which, data-body which fields go into it and as what.
// Of several instances, the one that answers here.
document.getElementById("instance").textContent = location.host;
document.title = `Storefront ${location.host}`;

const answers = { hits: [], misses: [], count: 0 };

async function ask(method, path, body) {
  const began = performance.now();
  const response = await fetch(path, {
    method,
    // As the browser does by itself: every mode that passes its own cache by asks the shop not to answer from its one either. Nothing here
    // says how long it is fresh, so the browser asks each time.
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await response.text();
  const cacheStatus = response.headers.get("Cache-Status") ?? "";
  return {
    request: `${method} ${path}`,
    ok: response.ok,
    status: `${response.status} ${response.statusText}`.trim(),
    time: performance.now() - began,
    age: response.headers.get("Age"),
    cacheStatus,
    kind: kindOf(response, cacheStatus),
    value: text ? JSON.parse(text) : null,
  };
}

function kindOf(response, cacheStatus) {
  if (/; hit/.test(cacheStatus)) return /ttl=-|detail=unverified/.test(cacheStatus) ? "stale" : /detail=L2/.test(cacheStatus) ? "shared" : "hit";
  if (/; fwd=/.test(cacheStatus)) return "miss";
  return response.ok ? "write" : "fault";
}

const labels = { hit: "hit L1", shared: "hit L2", miss: "miss", stale: "stale", write: "done", fault: "refused" };

const milliseconds = time => `${time.toFixed(time < 10 ? 1 : 0)} ms`;

function fill(root, answer) {
  const set = (name, text) => { const at = root.querySelector(`.${name}`); if (at) at.textContent = text; };
  const chip = root.querySelector(".chip");
  chip.dataset.kind = answer.kind;
  chip.textContent = labels[answer.kind];
  set("request", decodeURIComponent(answer.request));
  set("status", answer.status);
  set("time", milliseconds(answer.time));
  set("age", answer.age === null ? "" : `age ${answer.age} s`);
  set("cache-status", answer.cacheStatus);
  root.querySelector(".body")?.replaceChildren(tableOf(answer.value));
}

// Lists of products and of basket lines become rows; anything else its fields.
function tableOf(value) {
  const table = document.createElement("table");
  const list = value?.products ?? value?.lines;
  const rows = list
    ? list.map(item => [item.id ?? item.productId, item.name, (item.quantity ? `${item.quantity} × ` : "") + item.price.toFixed(2)])
    : Object.entries(value ?? {}).filter(([field]) => !["type", "traceId"].includes(field)).map(([field, fact]) => [field, textOf(field, fact)]);
  if (list && value.total !== undefined) rows.push(["", list.length ? "Total" : "Nothing in it", value.total.toFixed(2)]);
  for (const cells of rows) {
    const row = table.insertRow();
    cells.forEach((text, index) => {
      const cell = row.appendChild(document.createElement(index === 0 ? "th" : "td"));
      cell.textContent = text;
    });
  }
  return table;
}

function textOf(field, fact) {
  if (field === "price") return fact.toFixed(2);
  return typeof fact === "object" && fact ? Object.values(fact).flat().join(" ") : String(fact);
}

const instanceOf = id => document.getElementById(id).content.cloneNode(true);

function note(answer) {
  const entry = instanceOf("entry");
  fill(entry, answer);
  const log = document.getElementById("log");
  log.prepend(entry);
  while (log.children.length > 60) log.lastChild.remove();

  answers.count++;
  if (["hit", "shared"].includes(answer.kind)) answers.hits.push(answer.time);
  if (answer.kind === "miss") answers.misses.push(answer.time);
  const total = (name, text) => { document.querySelector(`[data-total=${name}]`).textContent = text; };
  total("answers", answers.count);
  total("hits", answers.hits.length);
  total("hit-time", median(answers.hits));
  total("miss-time", median(answers.misses));
}

function median(times) {
  if (times.length === 0) return "–";
  return milliseconds(times.toSorted((a, b) => a - b)[times.length >> 1]);
}

function bodyOf(description, fields) {
  const typed = (type, text) => type !== "number" ? text : text === "" ? null : Number(text);
  return Object.fromEntries(description.split(" ").map(field => {
    const [name, type] = field.split(":");
    return [name, typed(type, fields[name])];
  }));
}

async function submit(form, button) {
  const from = name => button?.dataset[name] ?? form.dataset[name];
  const fields = Object.fromEntries(new FormData(form));
  const path = from("path").replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fields[name]));
  const method = from("method");
  const body = form.dataset.body && ["POST", "PUT"].includes(method) ? bodyOf(form.dataset.body, fields) : null;

  const output = form.querySelector("output");
  try {
    const answer = await ask(method, path, body);
    const shown = instanceOf("answer");
    fill(shown, answer);
    output.replaceChildren(shown);
    note(answer);
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
}

for (const form of document.forms) {
  form.noValidate = true; // What is out of range is for the shop to refuse.
  form.addEventListener("submit", event => {
    event.preventDefault();
    submit(form, event.submitter);
  });
}

const repeat = document.querySelector("[data-repeat]");
setInterval(() => { if (repeat.checked) submit(repeat.form); }, 1000);

// A first look at everything that only reads; the product twice, for the difference.
const [product, price, category, search, basket] = document.forms;
for (const form of [product, product, price, category, search]) await submit(form);
await submit(basket, basket.querySelector("[data-method=GET]"));
