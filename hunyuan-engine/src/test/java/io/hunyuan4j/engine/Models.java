package io.hunyuan4j.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkpoints that lie in the project. */
final class Models {
  private Models() {}

  /** The project's {@code models} folder. */
  static Path folder() {
    for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
      if (Files.isDirectory(here.resolve("models/golden"))) {
        return here.resolve("models");
      }
    }
    throw new IllegalStateException(
        "models/golden is in no folder above " + Path.of("").toAbsolutePath());
  }

  static Path tinyTales() {
    return folder().resolve("tiny-tales");
  }

  /** Every golden reference and the bundled model. */
  static List<Path> withExpectations() {
    try (Stream<Path> golden = Files.list(folder().resolve("golden"))) {
      return Stream.concat(golden.filter(Files::isDirectory).sorted(), Stream.of(tinyTales()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
