package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.Expression.Automaton;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Expression.Repeat;
import io.hunyuan4j.text.grammar.Expression.Text;
import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolCalls;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.util.ArrayList;
import java.util.List;

/** The grammar of texts that may call tools. */
final class ToolCallGrammar {
  private ToolCallGrammar() {}

  static Grammar of(ToolCalls format, WorkLimit work) {
    List<String> names = format.tools().stream().map(ToolSpec::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw new GrammarException("", "two tools have the same name, among " + names);
    }
    JsonRules rules = new JsonRules(work);
    StringTexts texts = new StringTexts(work);
    OutputSyntax syntax = format.syntax();
    Expression text = new Automaton(CharAutomaton.without(syntax.callsOpen()), Encoding.TEXT);
    rules.put(
        "root",
        switch (format.choice()) {
          case ToolChoice.Auto auto ->
              format.tools().isEmpty()
                  ? text
                  : Expression.sequence(
                      text,
                      Expression.optional(
                          calls(format.tools(), Expression.UNBOUNDED, syntax, rules, texts)));
          case ToolChoice.None none -> text;
          case ToolChoice.Required required -> {
            if (names.isEmpty()) {
              throw new GrammarException("", "a tool must be called, but there is none");
            }
            yield calls(format.tools(), Expression.UNBOUNDED, syntax, rules, texts);
          }
          case ToolChoice.Named named -> {
            List<ToolSpec> chosen =
                format.tools().stream().filter(tool -> tool.name().equals(named.name())).toList();
            if (chosen.isEmpty()) {
              throw new GrammarException(
                  "", "there is no tool %s, only %s".formatted(named.name(), names));
            }
            yield calls(chosen, 1, syntax, rules, texts);
          }
        });
    return new Grammar(
        rules.rules(), "root", new KeyPolicy(rules.hasFreeKeys(), syntax.callsOpen()));
  }

  private static Expression calls(
      List<ToolSpec> tools, int most, OutputSyntax syntax, JsonRules rules, StringTexts texts) {
    List<Expression> calls = new ArrayList<>();
    for (ToolSpec tool : tools) {
      String place = "tool " + tool.name();
      JsonText.requireCharacters(tool.name(), place);
      Expression arguments = JsonSchemaReader.arguments(tool.parametersJson(), place, rules, texts);
      calls.add(
          Expression.sequence(
              new Text("{\"name\""),
              JsonRules.COLON,
              new Text(JsonText.quoted(tool.name())),
              JsonRules.COMMA,
              new Text("\"arguments\""),
              JsonRules.COLON,
              arguments,
              new Text("}")));
    }
    rules.put("tool call", new Expression.Choice(calls));
    Expression call = new Expression.Reference("tool call");
    Expression more =
        new Repeat(Expression.sequence(JsonRules.COMMA, call), 0, Expression.UNBOUNDED);
    return Expression.sequence(
        new Text(syntax.callsOpen()),
        new Text("["),
        most == 1 ? call : Expression.sequence(call, more),
        new Text("]"),
        new Text(syntax.callsClose()));
  }
}
