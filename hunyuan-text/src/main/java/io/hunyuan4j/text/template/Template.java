package io.hunyuan4j.text.template;

import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * A template that was understood, to the last of its tags, filters and tests. Immutable; one serves
 * all threads.
 */
public final class Template {
  /** Far above the longest known, of some 30,000. */
  private static final int MAX_CHARS = 1 << 20;

  private final String source;
  private final List<Node> nodes;

  private Template(String source, List<Node> nodes) {
    this.source = source;
    this.nodes = nodes;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException if it is not well formed or uses what is not supported, with the line
   */
  public static Template parse(String source) {
    if (source.length() > MAX_CHARS) {
      throw TemplateException.limit(
          "a template of " + source.length() + " chars, expected at most " + MAX_CHARS);
    }
    return new Template(source, StatementParser.parse(source));
  }

  /** What it was read from. */
  public String source() {
    return source;
  }

  /**
   * What the template prints.
   *
   * @param variables by their names
   * @param clock what {@code strftime_now} reads, in its zone
   * @throws TemplateException if the template fails, raises an error itself, or passes a limit
   */
  public Text render(Map<String, Value> variables, Limits limits, Clock clock) {
    Budget budget = new Budget(limits);
    Scope scope = new Globals(budget, clock).scope().inner();
    variables.forEach(scope::set);
    return new Renderer(budget).text(nodes, scope);
  }
}
