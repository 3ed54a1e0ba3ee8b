package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Expression.Automaton;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Expression.Member;
import io.hunyuan4j.text.grammar.Expression.Presence;
import io.hunyuan4j.text.grammar.Expression.Repeat;
import io.hunyuan4j.text.grammar.Expression.Text;
import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import io.hunyuan4j.text.grammar.Shape.Arrays;
import io.hunyuan4j.text.grammar.Shape.Numbers;
import io.hunyuan4j.text.grammar.Shape.Objects;
import io.hunyuan4j.text.grammar.Shape.SchemaSet;
import io.hunyuan4j.text.grammar.Shape.Strings;
import io.hunyuan4j.text.grammar.Shape.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a grammar of a JSON schema: a rule for each set of schemas that a value must satisfy at
 * once. Properties come in the schema's order, additional ones after them.
 */
final class JsonSchemaReader {
  private static final int MAX_RULES = 20_000;
  private static final int MAX_PREFIX_ITEMS = 256;

  /** Arrays and objects are not read as one tree, as other values are. */
  private static final int MAX_NESTED_VALUES = 1000;

  private static final Expression ANY_CHARACTER =
      new Automaton(CharAutomaton.oneOf(CodePointSet.ALL), Encoding.JSON);

  private final SchemaSource source;
  private final SchemaShapes shapes;
  private final GivenValues givenValues;
  private final JsonRules rules;
  private final ArrayDeque<Named> pending = new ArrayDeque<>();
  private final Map<SchemaSet, String> names = new HashMap<>(); // of their rules
  private final Map<Strings, Expression> strings = new HashMap<>();

  /** Schemas whose rule is to be written. */
  private record Named(String name, SchemaSet schemas) {}

  private JsonSchemaReader(SchemaSource source, JsonRules rules, StringTexts texts) {
    this.source = source;
    this.shapes = new SchemaShapes(source, texts);
    this.givenValues = new GivenValues(shapes);
    this.rules = rules;
  }

  /**
   * The grammar of a schema.
   *
   * @throws GrammarException if it is not supported
   */
  static Grammar grammar(String schema, WorkLimit work) {
    JsonRules rules = new JsonRules(work);
    SchemaSource source = SchemaSource.read(schema, "");
    SchemaCheck.check(source);
    Expression root =
        new JsonSchemaReader(source, rules, new StringTexts(work)).rulesOf(SchemaSet.of(""));
    rules.put("root", root);
    return new Grammar(rules.rules(), "root", new KeyPolicy(rules.hasFreeKeys(), ""));
  }

  /**
   * The arguments of a tool, which must be an object.
   *
   * @param label names the tool in errors and tells its rules from others'
   * @param texts of all tools
   */
  static Expression arguments(String schema, String label, JsonRules rules, StringTexts texts) {
    SchemaSource source = SchemaSource.read(schema, label);
    SchemaCheck.check(source);
    JsonSchemaReader reader = new JsonSchemaReader(source, rules, texts);
    List<Expression> options = new ArrayList<>();
    for (Shape shape : reader.shapes.of(SchemaSet.of(""))) {
      if (!shape.types().contains(Type.OBJECT)) {
        throw source.refused("", "the arguments of a tool are an object");
      }
      options.add(reader.ofShape(shape.only(Type.OBJECT)));
    }
    reader.finish();
    return new Expression.Choice(options);
  }

  private Expression rulesOf(SchemaSet root) {
    Expression reference = reference(root);
    finish();
    return reference;
  }

  private void finish() {
    while (!pending.isEmpty()) {
      Named next = pending.remove();
      List<Expression> options = new ArrayList<>();
      shapes.of(next.schemas()).forEach(shape -> options.add(ofShape(shape)));
      rules.put(
          next.name(), options.size() == 1 ? options.getFirst() : new Expression.Choice(options));
    }
  }

  private Expression reference(SchemaSet schemas) {
    if (shapes.of(schemas).equals(List.of(Shape.ANY))) {
      return rules.value();
    }
    String name = names.get(schemas);
    if (name == null) {
      if (rules.rules().size() >= MAX_RULES) {
        throw source.refused(
            schemas.pointers().getFirst(), "the schema needs more than " + MAX_RULES + " rules");
      }
      name = "schema %d %s".formatted(names.size(), source.label()); // pointers may print alike
      names.put(schemas, name);
      rules.put(name, Expression.NEVER); // its turn comes
      pending.add(new Named(name, schemas));
    }
    return new Expression.Reference(name);
  }

  private Expression ofShape(Shape shape) {
    List<Expression> options = new ArrayList<>();
    if (shape.values() != null) {
      long nested = shape.values().values().stream().filter(JsonNode::isContainerNode).count();
      if (nested > MAX_NESTED_VALUES) {
        throw source.refused(
            "",
            "an enum has %d arrays and objects, at most %d are possible"
                .formatted(nested, MAX_NESTED_VALUES));
      }
      for (JsonNode value : shape.values().values()) {
        if (givenValues.admits(shape, value)) {
          options.add(JsonText.value(value, source.place("")));
        }
      }
    } else {
      shape.types().forEach(type -> options.add(ofType(type, shape)));
    }
    return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
  }

  private Expression ofType(Type type, Shape shape) {
    return switch (type) {
      case NULL -> new Text("null");
      case BOOLEAN -> Expression.choice(new Text("true"), new Text("false"));
      case NUMBER -> ofNumbers(shape.numbers());
      case STRING -> strings.computeIfAbsent(shape.strings(), this::ofStrings);
      case ARRAY -> ofArrays(shape.arrays());
      case OBJECT -> ofObjects(shape.objects());
    };
  }

  private Expression ofNumbers(Numbers numbers) {
    shapes.requireWholeIfBounded(numbers);
    return numbers.whole() ? rules.integer(numbers.min(), numbers.max()) : rules.number();
  }

  private Expression ofStrings(Strings wanted) {
    if (wanted.equals(Strings.ANY)) {
      return rules.string();
    }
    if (wanted.min() > wanted.max()) {
      return Expression.NEVER;
    }
    if (wanted.parts().isEmpty()) {
      return Expression.sequence(
          JsonRules.QUOTE, new Repeat(ANY_CHARACTER, wanted.min(), wanted.max()), JsonRules.QUOTE);
    }
    try {
      return Expression.sequence(
          JsonRules.QUOTE,
          new Automaton(shapes.texts().of(wanted), Encoding.JSON),
          JsonRules.QUOTE);
    } catch (TooLargeException e) {
      throw shapes.tooManyStates(wanted.parts().getLast().pointer());
    }
  }

  private Expression ofArrays(Arrays arrays) {
    if (arrays.min() > arrays.max()) {
      return Expression.NEVER;
    }
    int prefix = Math.min(arrays.prefix().size(), arrays.max());
    if (prefix > MAX_PREFIX_ITEMS) {
      throw source.refused(
          arrays.prefix().getFirst().pointers().getFirst(),
          "an array has at most " + MAX_PREFIX_ITEMS + " prefixItems");
    }
    // From the last element to the first: what may follow once so many have come.
    Expression rest = Expression.EMPTY;
    if (prefix < arrays.max()) {
      int first = Math.max(prefix, 1);
      Expression item = reference(arrays.items());
      int most = arrays.max() == Expression.UNBOUNDED ? Expression.UNBOUNDED : arrays.max() - first;
      rest =
          new Repeat(
              Expression.sequence(JsonRules.COMMA, item), Math.max(0, arrays.min() - first), most);
    }
    for (int i = Math.max(prefix, Math.min(1, arrays.max())) - 1; i >= 0; i--) {
      Expression element = reference(arrays.element(i));
      Expression here =
          i == 0
              ? Expression.sequence(element, rest)
              : Expression.sequence(JsonRules.COMMA, element, rest);
      rest = i < arrays.min() ? here : Expression.optional(here);
    }
    return Expression.sequence(new Text("["), rest, new Text("]"));
  }

  private Expression ofObjects(Objects objects) {
    Map<String, SchemaSet> properties = new LinkedHashMap<>(objects.properties());
    objects.required().forEach(name -> properties.putIfAbsent(name, objects.additional()));
    List<Member> members = new ArrayList<>();
    for (var entry : properties.entrySet()) {
      boolean required = objects.required().contains(entry.getKey());
      String place =
          source.place(
              entry.getValue().pointers().isEmpty() ? "" : entry.getValue().pointers().getFirst());
      JsonText.requireCharacters(entry.getKey(), place);
      if (isNever(entry.getValue())) {
        if (required) {
          return Expression.NEVER;
        }
        continue;
      }
      Expression body =
          Expression.sequence(
              new Text(JsonText.quoted(entry.getKey())),
              JsonRules.COLON,
              reference(entry.getValue()));
      members.add(new Member(body, required ? Presence.REQUIRED : Presence.OPTIONAL));
    }
    return JsonRules.object(
        members,
        isNever(objects.additional())
            ? null
            : rules.additional(List.copyOf(properties.keySet()), reference(objects.additional())));
  }

  private boolean isNever(SchemaSet schemas) {
    return shapes.of(schemas).isEmpty();
  }
}
