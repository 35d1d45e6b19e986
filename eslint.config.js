// Lint rules. The second half is the import border of the layers: see src/README.md for the picture.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const sdk = { regex: '^@alicloud/', message: 'Only src/ecs talks to the ECS SDK.' };
const kubernetes = { regex: '^@kubernetes/', message: 'Only src/kube talks to Kubernetes.' };
const grpc = { regex: '^@grpc/', message: 'Only src/csi (and the demo client) speaks gRPC.' };

/** A folder of src may import these folders of src, and no other. */
function layer(folder, allowed, packages) {
  const names = [
    'app',
    'config',
    'main',
    'serve',
    'connect-cluster',
    'keeper-loop',
    'operator',
    'csi',
    'disk',
    'ecs',
    'kube',
    'observability',
    'emulator',
    'demo',
    'generated',
  ];
  const banned = names.filter((name) => name !== folder && !allowed.includes(name));
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${banned.join('|')})(/|\\.ts$)`,
              message: `src/${folder} may import only itself${allowed.map((name) => `, ${name}`).join('')}.`,
            },
            { regex: '/test/', message: 'src never imports test.' },
            ...packages,
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'src/generated/', 'coverage/', '.cache/', 'node_modules/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  prettier,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      complexity: ['error', 10],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      // `== null` is how both null and undefined of an unset message field are met.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config.ts reads the environment.' },
        { object: 'process', property: 'exit', message: 'Only src/main.ts ends the process.' },
      ],
    },
  },
  layer('csi', ['disk', 'generated', 'observability'], [sdk, kubernetes]),
  layer('disk', [], [sdk, kubernetes, grpc]),
  layer('ecs', ['disk'], [kubernetes, grpc]),
  layer('kube', ['disk'], [sdk, grpc]),
  layer('observability', [], [sdk, kubernetes, grpc]),
  layer('emulator', [], [sdk, kubernetes, grpc]),
  layer('demo', ['generated'], [sdk, kubernetes]),
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts', '**/*.test.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      'no-restricted-properties': 'off',
    },
  },
  {
    files: ['src/config.ts', 'src/config/**/*.ts', 'src/main.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
);
