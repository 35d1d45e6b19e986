import type { Story } from '../system/story.ts';
import { provisionAtOnce, provisionForFirstConsumer } from './provision.ts';

/** In the order in which they are told. */
export const stories: readonly Story[] = [provisionAtOnce, provisionForFirstConsumer];
