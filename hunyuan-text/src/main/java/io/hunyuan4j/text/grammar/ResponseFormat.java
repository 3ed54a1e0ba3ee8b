package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolSpec;
import java.util.List;
import java.util.Objects;

/** What a model's text must be. To be compiled for a vocabulary: {@link CompiledFormat}. */
public sealed interface ResponseFormat {
  /** Any text; compiled, any that is valid UTF-8. */
  record FreeText() implements ResponseFormat {}

  /** A JSON object, whatever is in it. */
  record JsonObject() implements ResponseFormat {}

  /**
   * JSON that a JSON schema (draft 2020-12) allows. {@code docs/structured-output.md} lists the
   * keywords; a schema with any other is refused.
   *
   * @param schema as JSON
   */
  record JsonSchema(String schema) implements ResponseFormat {
    /** Checks that it is there. */
    public JsonSchema {
      Objects.requireNonNull(schema, "schema");
    }
  }

  /**
   * A text that a regular expression matches as a whole.
   *
   * @param pattern in the syntax of ECMAScript; no look-around, back references or word boundaries
   */
  record Regex(String pattern) implements ResponseFormat {
    /** Checks that it is there. */
    public Regex {
      Objects.requireNonNull(pattern, "pattern");
    }
  }

  /**
   * A text that a grammar in llama.cpp's notation (GBNF) derives from its rule {@code root}.
   *
   * @param grammar its rules; none may be left-recursive
   */
  record Gbnf(String grammar) implements ResponseFormat {
    /** Checks that it is there. */
    public Gbnf {
      Objects.requireNonNull(grammar, "grammar");
    }
  }

  /**
   * One of several texts.
   *
   * @param texts at least one
   */
  record Choices(List<String> texts) implements ResponseFormat {
    /** Copies the list. */
    public Choices {
      texts = List.copyOf(texts);
    }
  }

  /**
   * Calls of tools, or text, as the choice says: {@code <tool_calls>[…]</tool_calls>} with objects
   * of {@code name} and {@code arguments} in the array.
   *
   * @param tools that may be called; their parameters are JSON schemas as of {@link JsonSchema}
   * @param choice whether one must be called
   * @param syntax the tags around calls
   */
  record ToolCalls(List<ToolSpec> tools, ToolChoice choice, OutputSyntax syntax)
      implements ResponseFormat {
    /** Copies the list. */
    public ToolCalls {
      tools = List.copyOf(tools);
      Objects.requireNonNull(choice, "choice");
      Objects.requireNonNull(syntax, "syntax");
    }
  }

  /** Whether tools are called. */
  sealed interface ToolChoice {
    /** Text in which no calls begin, and behind it, if the model likes, calls. */
    record Auto() implements ToolChoice {}

    /** Text in which no calls begin. */
    record None() implements ToolChoice {}

    /** At least one call, and nothing before it. */
    record Required() implements ToolChoice {}

    /** Exactly one call, of this tool, and nothing before it. */
    record Named(String name) implements ToolChoice {
      /** Checks that it is there. */
      public Named {
        Objects.requireNonNull(name, "name");
      }
    }
  }
}
