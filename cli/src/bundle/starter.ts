/** The files that `millrace init` writes, by their path in the new folder. */
export function starterFiles(name: string): Readonly<Record<string, string>> {
  return {
    'millrace.yml': `bundle:
  name: ${name}

resources:
  jobs:
    hello:
      name: hello
      tasks:
        - task_key: hello
          environment_key: default
          spark_python_task:
            python_file: src/hello.py
            parameters: ['--name', '\${bundle.target}']
      environments:
        - environment_key: default
          spec:
            dependencies: []

targets:
  dev:
    default: true
    mode: development
  staging: {}
  prod:
    mode: production
    workspace:
      root_path: /Shared/.bundle/\${bundle.name}/\${bundle.target}
`,
    'src/hello.py': `import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--name", default="world")
print(f"Hello, {parser.parse_args().name}!")
`,
    '.gitignore': '__pycache__/\n.venv/\n',
  }
}
