// convasm in a server route.
import { train } from '../../src/train.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await train());
}
