// Where the page's data come from: the server that `view` runs, or the file itself that `export` wrote.

export function openSource() {
  return document.querySelector("script[data-part='document']") ? new Embedded() : new Served();
}

class Embedded {
  live = false;
  chunks = new Map();

  // The parts are taken before the page is drawn in their place.
  parts = new Map([...document.querySelectorAll("script[data-part]")].map((script) => [script.dataset.part, script.textContent]));

  async load() {
    return Promise.all([this.part("document"), this.part("map")]);
  }

  async call(phase, line) {
    if (!this.chunks.has(phase)) this.chunks.set(phase, this.part(`calls-${phase}`));
    const { systems, calls } = await this.chunks.get(phase);
    const [system, prompt, reply] = calls[line];
    return { system: systems[system], prompt, reply };
  }

  async deeds() {
    return this.part("deeds");
  }

  file() {
    return null;
  }

  watch() {}

  async part(name) {
    const bytes = Uint8Array.from(atob(this.parts.get(name)), (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(unpacked).json();
  }
}

class Served {
  live = true;

  async load() {
    return Promise.all([fetched("document"), fetched("map")]);
  }

  async call(phase, line) {
    return fetched(`calls/${line}`);
  }

  async deeds() {
    return fetched("deeds");
  }

  file(name) {
    return `files/${name.split("/").map(encodeURIComponent).join("/")}`;
  }

  // Tells of every change after a version, until the page is closed. The browser connects again by itself; what came
  // in the meantime then comes first.
  watch(version, { onchange, onstate }) {
    const stream = new EventSource(`changes?since=${version}`);
    stream.addEventListener("open", () => onstate("connected"));
    stream.addEventListener("error", () => onstate("lost"));
    stream.addEventListener("change", (event) => onchange(JSON.parse(event.data)));
    stream.addEventListener("problem", (event) => onstate("problem", JSON.parse(event.data)));
  }
}

async function fetched(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error((await response.text()) || `${path}: ${response.status}`);
  return response.json();
}
