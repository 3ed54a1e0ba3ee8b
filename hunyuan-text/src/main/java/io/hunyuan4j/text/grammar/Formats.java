package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Expression.Automaton;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import java.util.List;

/** The grammar of each {@link ResponseFormat}. */
final class Formats {
  private Formats() {}

  static Grammar grammar(ResponseFormat format) {
    return switch (format) {
      case ResponseFormat.FreeText free -> Grammar.of(freeText());
      case ResponseFormat.JsonObject object -> jsonObject();
      case ResponseFormat.JsonSchema schema -> JsonSchemaReader.grammar(schema.schema());
      case ResponseFormat.Regex regex -> Grammar.of(regex(regex.pattern()));
      case ResponseFormat.Gbnf gbnf -> GbnfParser.grammar(gbnf.grammar());
      case ResponseFormat.Choices choices -> Grammar.of(choices(choices.texts()));
      case ResponseFormat.ToolCalls calls -> ToolCallGrammar.of(calls);
    };
  }

  static Expression freeText() {
    return new Automaton(CharAutomaton.anyOf(CodePointSet.ALL), Encoding.TEXT);
  }

  private static Grammar jsonObject() {
    JsonRules rules = new JsonRules();
    rules.put("root", rules.object());
    return new Grammar(rules.rules(), "root", KeyPolicy.JSON);
  }

  private static Expression regex(String pattern) {
    Expression expression = RegexParser.parse(pattern, "");
    if (!hasAnchors(expression)) {
      return expression; // long counted repeats are counted then, not written out
    }
    try {
      return new Automaton(Patterns.matching(expression, new WorkLimit()), Encoding.TEXT);
    } catch (TooLargeException e) {
      throw new GrammarException(
          "",
          "the regular expression needs more than %d states or too many steps; without ^ and $ it may need fewer"
              .formatted(CharAutomaton.MAX_STATES));
    }
  }

  private static boolean hasAnchors(Expression expression) {
    return switch (expression) {
      case Expression.OneOf oneOf ->
          !oneOf.set().isEmpty()
              && oneOf.set().ranges().getFirst().low() > Character.MAX_CODE_POINT;
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
