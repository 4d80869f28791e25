import { join } from 'node:path'
import type { TaskType } from './contract.ts'
import { runProcess } from './process-attempt.ts'

/** Where the executed notebook is, in the folder of its attempt. */
export const executedNotebook = 'notebook.ipynb'

/** A notebook of the workspace (source or .ipynb); the executed one is kept with its attempt. */
export const notebookTask: TaskType = {
  how: 'work',
  run: (ctx, attempt, signals) => {
    const { notebook_path: file = '', base_parameters: parameters = {} } =
      attempt.task.notebook_task ?? {}
    return runProcess(ctx, attempt, {
      signals,
      plan: {
        file,
        entry: ({ path, folder }) => ({
          kind: 'notebook',
          path,
          outputPath: join(folder, executedNotebook),
          parameters,
        }),
      },
    })
  },
}
