import { CLASSES, type DigitData, type Digits } from './digits.ts';
import { type Random, seededRandom } from './random.ts';
import { DIGITS, type Stroke } from './strokes.ts';

const SIZE = 28;
const CURVE_STEPS = 6;
/** Independent sources of random numbers, so that the test digits do not depend on how many train digits there are. */
const TRAIN_STREAM = 1;
const TEST_STREAM = 2;

/** Train and test digits drawn with `seed`, none of which the other set contains. */
export function generateDigits(trainCount: number, testCount: number, seed: number): DigitData {
  return {
    train: drawDigits(trainCount, seededRandom(seed, TRAIN_STREAM)),
    test: drawDigits(testCount, seededRandom(seed, TEST_STREAM)),
    origin: 'drawn by the seeded generator',
  };
}

/** `count` digits of 28x28 pixels, each class as often as the others (give or take one), in random order. */
function drawDigits(count: number, random: Random): Digits {
  const images = new Uint8Array(count * SIZE * SIZE);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    // A place among the i + 1 so far: the digits stay balanced and their order random (inside-out Fisher-Yates).
    const place = random.below(i + 1);
    labels[i] = labels[place] ?? 0;
    labels[place] = i % CLASSES;
  }
  const distances = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < count; i++) {
    drawDigit(labels[i] ?? 0, random, distances, images.subarray(i * SIZE * SIZE, (i + 1) * SIZE * SIZE));
  }
  return { images, labels, count, height: SIZE, width: SIZE };
}

/** Writes one digit into `image`: a random variant in a random hand. `distances` is scratch, one value per pixel. */
function drawDigit(digit: number, random: Random, distances: Float32Array, image: Uint8Array): void {
  const variants = DIGITS[digit] ?? [];
  const strokes = variants[random.below(variants.length)] ?? [];
  const hand = randomHand(random);

  distances.fill(Number.POSITIVE_INFINITY);
  for (const stroke of strokes) drawStroke(jittered(stroke, random), hand, distances);

  // The pen's edge is a ramp around distance 0: sharp for a hard pen, wide for a soft or blurred one.
  const ink = random.between(0.5, 1) * 255;
  const softness = random.between(0.8, 2);
  const noise = random.between(0, 60);
  for (let p = 0; p < image.length; p++) {
    const coverage = Math.min(Math.max(0.5 - (distances[p] ?? 0) / softness, 0), 1);
    const grain = (random.next() + random.next() - 1) * noise;
    image[p] = Math.min(Math.max(ink * coverage + grain, 0), 255);
  }
}

/** Where a point of a digit lands in the picture, and how thick the pen is there. */
interface Hand {
  place(x: number, y: number): [x: number, y: number];
  radius: number;
}

/** A slant, rotation, size, position, wobble and pen: whatever makes two people's digits differ. */
function randomHand(random: Random): Hand {
  const rotation = 0.14 * random.normal();
  const slant = 0.1 + 0.2 * random.normal();
  const height = random.between(7, 10);
  const width = height * random.between(0.75, 1.15);
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  const centreX = SIZE / 2 - 0.5 + random.between(-2.5, 2.5);
  const centreY = SIZE / 2 - 0.5 + random.between(-2.5, 2.5);
  // The wobble bends the plane, not the strokes one by one, so strokes that touch go on touching.
  const wobbleX = random.between(0, 0.1);
  const wobbleY = random.between(0, 0.1);
  const phaseX = random.between(0, 2 * Math.PI);
  const phaseY = random.between(0, 2 * Math.PI);
  return {
    place(x, y) {
      const u = x + wobbleX * Math.sin(2.5 * y + phaseX) - slant * y;
      const v = y + wobbleY * Math.sin(2.5 * x + phaseY);
      const px = u * width;
      const py = v * height;
      return [centreX + cos * px - sin * py, centreY + sin * px + cos * py];
    },
    radius: random.between(0.7, 1.8),
  };
}

/** The stroke with every point moved a little; the two halves of a corner move together. */
function jittered(stroke: Stroke, random: Random): number[] {
  const moved: number[] = [];
  for (let i = 0; i < stroke.length; i += 2) {
    const x = stroke[i] ?? 0;
    const y = stroke[i + 1] ?? 0;
    const isCorner = i > 0 && x === stroke[i - 2] && y === stroke[i - 1];
    if (isCorner) moved.push(moved[i - 2] ?? 0, moved[i - 1] ?? 0);
    else moved.push(x + 0.05 * random.normal(), y + 0.05 * random.normal());
  }
  return moved;
}

/** Lowers `distances` (pixel centre to the pen's edge, negative inside the line) to the smooth curve through `points`. */
function drawStroke(points: readonly number[], hand: Hand, distances: Float32Array): void {
  const last = points.length / 2 - 1;
  const coordinate = (index: number, axis: number) => points[2 * Math.min(Math.max(index, 0), last) + axis] ?? 0;
  let [fromX, fromY] = hand.place(coordinate(0, 0), coordinate(0, 1));
  for (let i = 0; i < last; i++) {
    for (let step = 1; step <= CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      const x = catmullRom(coordinate(i - 1, 0), coordinate(i, 0), coordinate(i + 1, 0), coordinate(i + 2, 0), t);
      const y = catmullRom(coordinate(i - 1, 1), coordinate(i, 1), coordinate(i + 1, 1), coordinate(i + 2, 1), t);
      const [toX, toY] = hand.place(x, y);
      drawSegment(fromX, fromY, toX, toY, hand.radius, distances);
      fromX = toX;
      fromY = toY;
    }
  }
}

/** The uniform Catmull-Rom spline from b (t = 0) to c (t = 1), with the neighbours a and d. */
function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Lowers `distances` to a straight line from one point to another, in pixels. */
function drawSegment(x0: number, y0: number, x1: number, y1: number, radius: number, distances: Float32Array): void {
  // Beyond one pixel outside the pen's edge no ramp reaches, so only pixels that close are looked at.
  const reach = radius + 1.5;
  const left = Math.max(Math.ceil(Math.min(x0, x1) - reach), 0);
  const right = Math.min(Math.floor(Math.max(x0, x1) + reach), SIZE - 1);
  const top = Math.max(Math.ceil(Math.min(y0, y1) - reach), 0);
  const bottom = Math.min(Math.floor(Math.max(y0, y1) + reach), SIZE - 1);
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = lengthSquared > 0 ? ((x - x0) * dx + (y - y0) * dy) / lengthSquared : 0;
      const t = Math.min(Math.max(along, 0), 1);
      const ex = x - x0 - t * dx;
      const ey = y - y0 - t * dy;
      const distance = Math.sqrt(ex * ex + ey * ey) - radius;
      const p = y * SIZE + x;
      if (distance < (distances[p] ?? 0)) distances[p] = distance;
    }
  }
}
