// SPDX-License-Identifier: Apache-2.0
// Charts that can be zoomed in time: dots of spikes, and curves. Wheel or two fingers zoom, dragging
// moves, a double click or "all" shows everything again.
"use strict";

function numbers(text, Type) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Type(bytes.buffer);
}

// Ticks at 1, 2 or 5 times a power of ten.
function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(k * step);
  return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// The first index whose value is at least x, of ascending values.
function first(values, x) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1; else high = middle;
  }
  return low;
}

class Chart {
  constructor(canvas) {
    this.canvas = canvas;
    this.spec = JSON.parse(document.getElementById(canvas.dataset.source).textContent);
    for (const series of this.spec.series) {
      series.x = numbers(series.x, Float32Array);
      series.y = numbers(series.y, Float32Array);
    }
    this.view = [...this.spec.x];
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => this.draw()).observe(canvas);
    this.draw();
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(0.002 * event.deltaY), this.timeAt(event.offsetX));
    }, { passive: false });
    canvas.addEventListener("dblclick", () => this.show(this.spec.x));
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event.offsetX);
    });
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointermove", (event) => {
      if (!this.pointers.has(event.pointerId)) return;
      const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
      const before = this.timeAt(this.pointers.get(event.pointerId));
      const now = this.timeAt(event.offsetX);
      this.pointers.set(event.pointerId, event.offsetX);
      if (others.length === 0) {
        this.show([this.view[0] + before - now, this.view[1] + before - now]);
      } else {  // two fingers: the other one stays where it is
        const fixed = this.timeAt(others[0][1]);
        if (Math.abs(now - fixed) > 1e-12) this.zoom(Math.abs((before - fixed) / (now - fixed)), fixed);
      }
    });
    const buttons = canvas.parentElement.querySelectorAll("button");
    const middle = () => (this.view[0] + this.view[1]) / 2;
    buttons[0].onclick = () => this.zoom(0.5, middle());
    buttons[1].onclick = () => this.zoom(2, middle());
    buttons[2].onclick = () => this.show(this.spec.x);
  }

  get left() { return 58; }
  get width() { return this.canvas.clientWidth - this.left - 8; }
  get height() { return this.canvas.clientHeight - 40; }
  timeAt(pixel) {
    return this.view[0] + (pixel - this.left) / this.width * (this.view[1] - this.view[0]);
  }

  zoom(factor, fixed) {
    factor = Math.min(50, Math.max(0.02, factor));
    this.show(this.view.map((edge) => fixed + factor * (edge - fixed)));
  }

  show([begin, end]) {
    const [low, high] = this.spec.x;
    const length = Math.min(high - low, Math.max(1e-4, end - begin));
    begin = Math.min(high - length, Math.max(low, begin));
    this.view = [begin, begin + length];
    this.draw();
  }

  draw() {
    const { canvas, spec, left, width, height } = this;
    if (width <= 0) return;
    const scale = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    canvas.dataset.begin = this.view[0];
    canvas.dataset.end = this.view[1];
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.font = "12px system-ui, sans-serif";
    const [begin, end] = this.view, [low, high] = spec.y, top = 6;
    const px = (t) => left + (t - begin) / (end - begin) * width;
    const py = (v) => top + height - (v - low) / (high - low) * height;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.fillStyle = "rgba(242, 193, 78, 0.35)";
    for (const [from, to] of spec.shades)
      pen.fillRect(px(from), top, Math.max(1, px(to) - px(from)), height);
    for (const series of spec.series) {
      const a = Math.max(0, first(series.x, begin) - 1);
      const b = Math.min(series.x.length, first(series.x, end) + 1);
      pen.fillStyle = pen.strokeStyle = series.color;
      if (spec.kind === "dots") {
        const size = b - a > 20000 ? 1 : b - a > 2000 ? 1.6 : 2.6;
        for (let i = a; i < b; i++)
          pen.fillRect(px(series.x[i]) - size / 2, py(series.y[i]) - size / 2, size, size);
      } else {
        pen.lineWidth = 1.2;
        pen.beginPath();
        for (let i = a; i < b; i++) pen.lineTo(px(series.x[i]), py(series.y[i]));
        pen.stroke();
      }
    }
    pen.restore();
    pen.strokeStyle = pen.fillStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 0.8;
    pen.strokeRect(left, top, width, height);
    pen.textAlign = "center";
    const across = ticks(begin, end, Math.max(2, width / 90));
    for (const t of across.found) {
      pen.fillRect(px(t), top + height, 0.8, 4);
      pen.fillText(t.toFixed(across.digits), px(t), top + height + 16);
    }
    pen.fillText(spec.xlabel, left + width / 2, top + height + 31);
    pen.textAlign = "right";
    if (spec.bands) {
      for (const { name, at } of spec.bands) pen.fillText(name, left - 4, py(at) + 4, left - 6);
    } else {
      const up = ticks(low, high, Math.max(2, height / 40));
      for (const v of up.found) pen.fillText(v.toFixed(up.digits), left - 5, py(v) + 4);
    }
  }
}

for (const canvas of document.querySelectorAll("canvas[data-source]")) new Chart(canvas);
