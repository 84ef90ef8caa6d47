/** The tasks that worker threads know, by name. */
import { doctorTask } from './doctor-task.js';

/** Makes the function that answers for one item; `shared` is what all items have in common. */
export type TaskFactory = (shared: unknown) => Promise<(item: unknown) => unknown>;

export const tasks = { doctor: doctorTask } as const satisfies Readonly<Record<string, TaskFactory>>;

export type TaskName = keyof typeof tasks;
