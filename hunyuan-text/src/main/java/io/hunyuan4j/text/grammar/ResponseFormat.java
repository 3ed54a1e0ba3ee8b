package io.hunyuan4j.text.grammar;

import java.util.List;
import java.util.Objects;

/** What a model's text must be. To be compiled for a vocabulary: {@link CompiledFormat}. */
public sealed interface ResponseFormat {
  /** Any text that is valid UTF-8. */
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
   * Calls of tools, or text, as the choice says.
   *
   * @param tools that may be called
   * @param choice whether one must be called
   * @param syntax how a model writes calls
   */
  record ToolCalls(List<Tool> tools, ToolChoice choice, ToolCallSyntax syntax)
      implements ResponseFormat {
    /** Copies the list. */
    public ToolCalls {
      tools = List.copyOf(tools);
      Objects.requireNonNull(choice, "choice");
      Objects.requireNonNull(syntax, "syntax");
    }
  }

  /**
   * A tool that a model may call.
   *
   * @param name as the model writes it
   * @param parameters JSON schema of its arguments, of an object
   */
  record Tool(String name, String parameters) {
    /** Checks that both are there. */
    public Tool {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(parameters, "parameters");
    }
  }

  /** Whether tools are called. */
  sealed interface ToolChoice {
    /** Calls or text, as the model likes: calls if the text begins as calls do. */
    record Auto() implements ToolChoice {}

    /** Text that does not begin as calls do. */
    record None() implements ToolChoice {}

    /** At least one call. */
    record Required() implements ToolChoice {}

    /** Exactly one call, of this tool. */
    record Named(String name) implements ToolChoice {
      /** Checks that it is there. */
      public Named {
        Objects.requireNonNull(name, "name");
      }
    }
  }

  /**
   * How a model writes calls: a JSON array of objects with {@code name} and {@code arguments}
   * between two texts.
   *
   * @param before what stands before the array: ASCII, not empty
   * @param after what stands behind it
   */
  record ToolCallSyntax(String before, String after) {
    /** Checks the text before. */
    public ToolCallSyntax {
      Objects.requireNonNull(after, "after");
      if (before.isEmpty() || before.chars().anyMatch(c -> c < ' ' || c > '~')) {
        throw new IllegalArgumentException(
            "the text before tool calls must be ASCII and not empty, not \"" + before + '"');
      }
    }

    /** Hunyuan's: {@code <tool_calls>[…]</tool_calls>}, from A13B's chat template. */
    public static ToolCallSyntax hunyuan() {
      return new ToolCallSyntax("<tool_calls>", "</tool_calls>");
    }
  }
}
