package io.hunyuan4j.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files that appear whole or not at all: beside their place, forced to the disk, and then
 * moved there. What was there before is untouched until then.
 */
final class WholeFile {
  /** As many as Linux follows; links may lead in a circle. */
  private static final int MOST_LINKS = 40;

  private WholeFile() {}

  /** Writes what is to be in a file. */
  @FunctionalInterface
  interface Writing {
    void to(FileChannel channel) throws IOException;
  }

  /**
   * Writes {@code file}, in the place of one that is there. A symbolic link stays one: what it
   * leads to is written.
   *
   * @throws IllegalArgumentException if it is the root of a file system
   * @throws IOException naming the folder, if it is missing or nothing may be written there
   */
  static void write(Path file, Writing writing) throws IOException {
    Path target = target(file);
    Path folder = target.getParent();
    if (folder == null) {
      throw new IllegalArgumentException("%s is no place for a file".formatted(file));
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(
          file.toString(), null, "a folder or device of that name is there");
    }
    Path temporary = temporary(folder);
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        writing.to(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException undeleted) {
        e.addSuppressed(undeleted);
      }
      throw e;
    }
    force(folder);
  }

  /** Where the symbolic links of {@code file}, if it is one, lead in the end. */
  private static Path target(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemException(
            file.toString(), null, "more than " + MOST_LINKS + " symbolic links follow each other");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /** A new file; who cannot have one is told of the folder, not of a name that nobody chose. */
  private static Path temporary(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "no such folder to write to");
    }
    try {
      return Files.createTempFile(folder, ".session-", ".tmp");
    } catch (AccessDeniedException e) {
      AccessDeniedException named =
          new AccessDeniedException(folder.toString(), null, "nothing may be written there");
      named.initCause(e);
      throw named;
    }
  }

  /** Forces the move to the disk, where the system can do that for a folder; Windows cannot. */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file is whole and in its place; only a crash of the system could bring the old one
      // back.
    }
  }
}
