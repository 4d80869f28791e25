/** The wire shape of every task type that is not a container, by its field in a task. */
import { Type, type Static } from 'typebox'
import { closed } from '../closed-object.ts'

const text = (description: string) => Type.String({ description })
const textMap = (description: string) => Type.Record(Type.String(), Type.String(), { description })
const parameters = Type.Optional(
  Type.Array(Type.String(), { description: 'Command-line arguments.' }),
)
const source = Type.Optional(
  Type.Literal('WORKSPACE', { description: 'Where the file is. Only WORKSPACE for now.' }),
)

export const SparkPythonTask = closed({
  python_file: text('Absolute workspace path of the script.'),
  parameters,
  source,
})
export type SparkPythonTask = Static<typeof SparkPythonTask>

export const NotebookTask = closed({
  notebook_path: text('Absolute workspace path of the notebook.'),
  base_parameters: Type.Optional(textMap('What dbutils.widgets.get answers.')),
  source,
})
export type NotebookTask = Static<typeof NotebookTask>

export const PythonWheelTask = closed({
  package_name: text('Distribution name of the wheel.'),
  entry_point: text('Name of its entry point, or of a function in the package.'),
  parameters,
  named_parameters: Type.Optional(textMap('Passed as --name=value.')),
})
export type PythonWheelTask = Static<typeof PythonWheelTask>

export const PythonOperatorTask = closed({
  main: Type.String({
    pattern: '^[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)+$',
    description: 'A function or class of an installed package, in full: my_project.my_function.',
  }),
  parameters: Type.Optional(
    Type.Array(
      closed({ name: text('Name of an argument.'), value: Type.Optional(text('Its value.')) }),
      { description: 'Named arguments, as text.' },
    ),
  ),
})
export type PythonOperatorTask = Static<typeof PythonOperatorTask>

export const SqlTask = closed({
  warehouse_id: text("The SQL warehouse; 'default' is this server's own."),
  file: Type.Optional(closed({ path: text('Absolute workspace path of a .sql file.'), source })),
  query: Type.Optional(Type.Unknown()),
  alert: Type.Optional(Type.Unknown()),
  dashboard: Type.Optional(Type.Unknown()),
  parameters: Type.Optional(textMap('Named parameters of the statements (:name).')),
})
export type SqlTask = Static<typeof SqlTask>

export const ConditionTask = closed({
  op: Type.Union(
    [
      Type.Literal('EQUAL_TO'),
      Type.Literal('NOT_EQUAL'),
      Type.Literal('GREATER_THAN'),
      Type.Literal('GREATER_THAN_OR_EQUAL'),
      Type.Literal('LESS_THAN'),
      Type.Literal('LESS_THAN_OR_EQUAL'),
    ],
    { description: 'EQUAL_TO and NOT_EQUAL compare text, the others numbers.' },
  ),
  left: text('A value or a reference.'),
  right: text('A value or a reference.'),
})
export type ConditionTask = Static<typeof ConditionTask>

export const RunJobTask = closed({
  job_id: Type.Integer({ description: 'The job to run.' }),
  job_parameters: Type.Optional(textMap('Parameters of that run.')),
})
export type RunJobTask = Static<typeof RunJobTask>

export const ApprovalTask = closed({
  model_name: text('Registered model.'),
  model_version: text('Its version, or a reference to it.'),
  stage: Type.Union(
    [Type.Literal('Staging'), Type.Literal('Production'), Type.Literal('Archived')],
    { description: 'The stage that a person must approve.' },
  ),
  timeout_seconds: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Longest wait; 0 or absent for ever.' }),
  ),
})
export type ApprovalTask = Static<typeof ApprovalTask>

export const taskTypeSchemas = {
  spark_python_task: SparkPythonTask,
  notebook_task: NotebookTask,
  python_wheel_task: PythonWheelTask,
  python_operator_task: PythonOperatorTask,
  sql_task: SqlTask,
  condition_task: ConditionTask,
  run_job_task: RunJobTask,
  approval_task: ApprovalTask,
}
export type TaskField = keyof typeof taskTypeSchemas
