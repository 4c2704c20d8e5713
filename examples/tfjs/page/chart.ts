const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 40;
const BOTTOM = 24;
const TOP = 8;
/** Logarithmic, so that an improvement by half looks alike early and late. */
const HIGHEST = 4;
const LOWEST = 0.01;
const TICKS = [3, 1, 0.3, 0.1, 0.03, 0.01];
/** How much of the smooth line a single batch is. */
const SHARE = 0.06;

/** The loss of each batch as a line in an SVG element, and a smooth one over it. */
export class LossChart {
  readonly #svg: SVGSVGElement;
  #points: { x: number; loss: number; smooth: number }[] = [];
  /** Epochs that the chart has room for. */
  #room = 1;

  constructor(svg: SVGSVGElement) {
    this.#svg = svg;
    this.clear();
  }

  clear(): void {
    this.#points = [];
    this.#room = 1;
    this.#draw();
  }

  /** @param epochs done when the batch was, the one at hand in part */
  add(epochs: number, loss: number): void {
    const last = this.#points.at(-1)?.smooth ?? loss;
    this.#points.push({ x: epochs, loss, smooth: last + SHARE * (loss - last) });
    while (epochs > this.#room) this.#room *= 2;
    this.#draw();
  }

  #draw(): void {
    const right = (epochs: number) => LEFT + (epochs / this.#room) * (WIDTH - LEFT - 10);
    const line = (name: string, value: (point: { loss: number; smooth: number }) => number) =>
      element('polyline', {
        class: name,
        points: this.#points.map(point => `${right(point.x).toFixed(1)},${down(value(point)).toFixed(1)}`).join(' '),
      });
    const epochs = [0, 0.25, 0.5, 0.75, 1].map(part => part * this.#room).filter(Number.isInteger);
    const anchor = (epoch: number) => (epoch === 0 ? 'start' : epoch === this.#room ? 'end' : 'middle');
    this.#svg.replaceChildren(
      ...TICKS.flatMap(loss => [
        element('line', { x1: LEFT, x2: WIDTH, y1: down(loss), y2: down(loss) }),
        text(String(loss), { x: LEFT - 6, y: down(loss) + 4, 'text-anchor': 'end' }),
      ]),
      ...epochs.map(epoch => text(`epoch ${epoch}`, { x: right(epoch), y: HEIGHT - 6, 'text-anchor': anchor(epoch) })),
      line('batches', ({ loss }) => loss),
      line('smooth', ({ smooth }) => smooth),
    );
  }
}

/** Where a loss is, from the top. */
function down(loss: number): number {
  const inside = Math.min(Math.max(loss, LOWEST), HIGHEST);
  return TOP + (Math.log(HIGHEST / inside) / Math.log(HIGHEST / LOWEST)) * (HEIGHT - TOP - BOTTOM);
}

function text(content: string, attributes: Record<string, string | number>): SVGElement {
  const made = element('text', attributes);
  made.textContent = content;
  return made;
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
