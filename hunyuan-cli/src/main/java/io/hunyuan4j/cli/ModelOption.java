package io.hunyuan4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --model DIR}, by default the model that comes with hunyuan4j. */
final class ModelOption {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the model. Default: the bundled models/tiny-tales.")
  private @Nullable Path folder;

  /**
   * The folder.
   *
   * @throws UnusableModelException if it is none
   */
  Path folder(Host host) {
    Path chosen = folder;
    if (chosen == null) {
      chosen =
          host.home()
              .map(home -> home.resolve("models/tiny-tales"))
              .orElseThrow(
                  () ->
                      new ParameterException(
                          Objects.requireNonNull(command).commandLine(),
                          "--model DIR is needed where ./hunyuan is not the launcher"));
    }
    return existing(chosen);
  }

  /**
   * The folder itself.
   *
   * @throws UnusableModelException if it is none
   */
  static Path existing(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UnusableModelException(
          "%s: expected the folder of a model, found %s"
              .formatted(folder, Files.exists(folder) ? "a file" : "nothing of that name"));
    }
    return folder;
  }
}
