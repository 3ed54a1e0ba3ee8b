package io.hunyuan4j.loader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file read whole, with a limit that holds even while the file grows. */
final class SmallFile {
  private SmallFile() {}

  /** The bytes of {@code target}, which messages call {@code file}. */
  static byte[] read(Path file, Path target, int maxBytes) throws IOException {
    requireRegular(file, target);
    try (InputStream in = Files.newInputStream(target)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        throw CheckpointFormatException.of(
            file,
            "expected at most %d bytes, found a file of %d"
                .formatted(maxBytes, Files.size(target)));
      }
      return bytes;
    }
  }

  /**
   * Refuses what is there but not a file with contents: opening a named pipe, for one, would block
   * for ever.
   */
  static void requireRegular(Path file, Path target) {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw CheckpointFormatException.of(
          file, "expected a regular file, found a folder or device of that name");
    }
  }
}
