/**
 * The node types and fields of tree-sitter-c, as numbers of our own: the grammar's ids change from version to
 * version, these don't. Types the builders have no name for get numbers after the named ones.
 */

const NODE_TYPES = [
  'ERROR',
  'translation_unit',
  'identifier',
  'type_identifier',
  'field_identifier',
  'statement_identifier',
  'number_literal',
  'string_literal',
  'concatenated_string',
  'system_lib_string',
  'char_literal',
  'true',
  'false',
  'null',
  'call_expression',
  'argument_list',
  'field_expression',
  'subscript_expression',
  'unary_expression',
  'pointer_expression',
  'update_expression',
  'binary_expression',
  'assignment_expression',
  'conditional_expression',
  'cast_expression',
  'sizeof_expression',
  'alignof_expression',
  'offsetof_expression',
  'generic_expression',
  'compound_literal_expression',
  'parenthesized_expression',
  'extension_expression',
  'comma_expression',
  'gnu_asm_expression',
  'gnu_asm_output_operand_list',
  'gnu_asm_output_operand',
  'gnu_asm_input_operand_list',
  'gnu_asm_input_operand',
  'gnu_asm_goto_list',
  'gnu_asm_clobber_list',
  'gnu_asm_qualifier',
  'initializer_list',
  'initializer_pair',
  'subscript_designator',
  'subscript_range_designator',
  'field_designator',
  'type_descriptor',
  'function_definition',
  'declaration',
  'type_definition',
  'parameter_list',
  'parameter_declaration',
  'variadic_parameter',
  'init_declarator',
  'pointer_declarator',
  'function_declarator',
  'array_declarator',
  'parenthesized_declarator',
  'attributed_declarator',
  'abstract_pointer_declarator',
  'abstract_function_declarator',
  'abstract_array_declarator',
  'abstract_parenthesized_declarator',
  'storage_class_specifier',
  'type_qualifier',
  'attribute_specifier',
  'attribute_declaration',
  'struct_specifier',
  'union_specifier',
  'enum_specifier',
  'macro_type_specifier',
  'sized_type_specifier',
  'primitive_type',
  'field_declaration_list',
  'field_declaration',
  'bitfield_clause',
  'enumerator_list',
  'enumerator',
  'compound_statement',
  'expression_statement',
  'if_statement',
  'else_clause',
  'switch_statement',
  'case_statement',
  'while_statement',
  'do_statement',
  'for_statement',
  'return_statement',
  'break_statement',
  'continue_statement',
  'goto_statement',
  'labeled_statement',
  'attributed_statement',
  'linkage_specification',
  'declaration_list',
  'comment',
  'preproc_include',
  'preproc_def',
  'preproc_function_def',
  'preproc_call',
  'preproc_if',
  'preproc_ifdef',
] as const;

const FIELD_NAMES = [
  'argument',
  'arguments',
  'alternative',
  'body',
  'condition',
  'consequence',
  'declarator',
  'designator',
  'end',
  'field',
  'function',
  'index',
  'initializer',
  'label',
  'left',
  'member',
  'name',
  'operand',
  'operator',
  'parameters',
  'right',
  'size',
  'start',
  'type',
  'update',
  'value',
] as const;

type Numbers<Names extends readonly string[]> = { readonly [Name in Names[number]]: number };

function numbered<const Names extends readonly string[]>(names: Names): Numbers<Names> {
  const numbers: Partial<Record<Names[number], number>> = {};
  names.forEach((name: Names[number], index) => {
    numbers[name] = index + 1;
  });
  return numbers as Numbers<Names>;
}

/** Numbers from 1; 0 stands for a type the builders do not name. */
export const Kind = numbered(NODE_TYPES);
export const Field = numbered(FIELD_NAMES);

/** Turns the loaded grammar's ids into our numbers and back into words. */
export class KindTable {
  /** Word of every number: the node type, or for punctuation and keywords the token itself. */
  readonly words: string[] = ['', ...NODE_TYPES];
  readonly #numbers = new Map<string, number>(NODE_TYPES.map((name, index) => [`n:${name}`, index + 1]));

  /** The number for a type; punctuation and keywords are kept apart from named types of the same word. */
  number(word: string, isNamed: boolean): number {
    const key = `${isNamed ? 'n' : 'a'}:${word}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const fresh = this.words.length;
    this.words.push(word);
    this.#numbers.set(key, fresh);
    return fresh;
  }
}

export function fieldNumber(name: string | null): number {
  return name === null ? 0 : ((Field as Readonly<Record<string, number>>)[name] ?? 0);
}
