package io.hunyuan4j.cli;

import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a text must be: one of five options, or none of them. */
final class FormatOption {
  @Option(names = "--json", description = "The text is a JSON object.")
  private boolean json;

  @Option(
      names = "--json-schema",
      paramLabel = "FILE|-",
      description = "The text is JSON that this JSON schema allows.")
  private @Nullable String schema;

  @Option(
      names = "--regex",
      paramLabel = "R",
      description = "The text matches this regular expression as a whole.")
  private @Nullable String regex;

  @Option(
      names = "--grammar",
      paramLabel = "FILE|-",
      description = "The text is what this grammar, in llama.cpp's notation (GBNF), derives.")
  private @Nullable String grammar;

  @Option(
      names = "--choice",
      paramLabel = "TEXT",
      description = "The text is one of these. Can be given several times.")
  private List<String> choices = new ArrayList<>();

  /**
   * The format.
   *
   * @throws ParameterException if it is broken or not supported
   */
  ResponseFormat format(Host host, CommandLine command) {
    TextFile files = new TextFile(host, command);
    ResponseFormat format;
    String name;
    if (schema != null) {
      format = new ResponseFormat.JsonSchema(files.read(schema));
      name = TextFile.name(schema) + ": ";
    } else if (grammar != null) {
      format = new ResponseFormat.Gbnf(files.read(grammar));
      name = TextFile.name(grammar) + ": ";
    } else if (regex != null) {
      format = new ResponseFormat.Regex(regex);
      name = "--regex: ";
    } else if (json) {
      return new ResponseFormat.JsonObject();
    } else {
      return new ResponseFormat.Choices(choices);
    }
    try {
      CompiledFormat.check(format);
      return format;
    } catch (GrammarException e) {
      throw new ParameterException(command, name + e.getMessage(), e);
    }
  }
}
