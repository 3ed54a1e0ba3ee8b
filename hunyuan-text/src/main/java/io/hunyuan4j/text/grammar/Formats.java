package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Expression.Automaton;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import java.util.List;

/** The grammar of each {@link ResponseFormat}. */
final class Formats {
  /** All texts of a format together. */
  private static final long MAX_CHARACTERS = 2_000_000;

  private Formats() {}

  static Grammar grammar(ResponseFormat format, WorkLimit work) {
    long characters = characters(format);
    if (characters > MAX_CHARACTERS) {
      throw new GrammarException(
          "",
          "the format is described by %d characters, at most %d are possible"
              .formatted(characters, MAX_CHARACTERS));
    }
    return switch (format) {
      case ResponseFormat.FreeText free -> Grammar.of(freeText());
      case ResponseFormat.JsonObject object -> jsonObject(work);
      case ResponseFormat.JsonSchema schema -> JsonSchemaReader.grammar(schema.schema(), work);
      case ResponseFormat.Regex regex -> Grammar.of(regex(regex.pattern(), work));
      case ResponseFormat.Gbnf gbnf -> GbnfParser.grammar(gbnf.grammar());
      case ResponseFormat.Choices choices -> Grammar.of(choices(choices.texts()));
      case ResponseFormat.ToolCalls calls -> ToolCallGrammar.of(calls, work);
    };
  }

  private static long characters(ResponseFormat format) {
    return switch (format) {
      case ResponseFormat.FreeText free -> 0;
      case ResponseFormat.JsonObject object -> 0;
      case ResponseFormat.JsonSchema schema -> schema.schema().length();
      case ResponseFormat.Regex regex -> regex.pattern().length();
      case ResponseFormat.Gbnf gbnf -> gbnf.grammar().length();
      case ResponseFormat.Choices choices ->
          choices.texts().stream().mapToLong(String::length).sum();
      case ResponseFormat.ToolCalls calls ->
          calls.tools().stream()
              .mapToLong(tool -> (long) tool.name().length() + tool.parametersJson().length())
              .sum();
    };
  }

  static Expression freeText() {
    return new Automaton(CharAutomaton.anyOf(CodePointSet.ALL), Encoding.TEXT);
  }

  private static Grammar jsonObject(WorkLimit work) {
    JsonRules rules = new JsonRules(work);
    rules.put("root", rules.object());
    return new Grammar(rules.rules(), "root", KeyPolicy.JSON);
  }

  private static Expression regex(String pattern, WorkLimit work) {
    Expression expression = RegexParser.parse(pattern, "");
    if (!hasAnchors(expression)) {
      return expression; // long counted repeats are counted then, not written out
    }
    try {
      return new Automaton(Patterns.matching(expression, work), Encoding.TEXT);
    } catch (TooLargeException e) {
      throw new GrammarException(
          "",
          "the regular expression needs more than %d states or too many steps; without ^ and $ it may need fewer"
              .formatted(CharAutomaton.MAX_STATES));
    }
  }

  private static boolean hasAnchors(Expression expression) {
    return switch (expression) {
      case Expression.OneOf oneOf -> RegexParser.isAnchor(oneOf);
      case Expression.Sequence sequence -> sequence.parts().stream().anyMatch(Formats::hasAnchors);
      case Expression.Choice choice -> choice.options().stream().anyMatch(Formats::hasAnchors);
      case Expression.Repeat repeat -> hasAnchors(repeat.body());
      case Expression.Text text -> false;
      case Expression.Reference reference -> false;
      case Expression.Automaton automaton -> false;
      case Expression.Members members -> false;
    };
  }

  private static Expression choices(List<String> texts) {
    if (texts.isEmpty()) {
      throw new GrammarException("", "a choice needs at least one text");
    }
    for (int i = 0; i < texts.size(); i++) {
      JsonText.requireCharacters(texts.get(i), "choice " + i);
    }
    return new Expression.Choice(
        texts.stream().map(text -> (Expression) new Expression.Text(text)).toList());
  }
}
