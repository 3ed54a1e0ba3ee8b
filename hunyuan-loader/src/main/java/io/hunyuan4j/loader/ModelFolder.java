package io.hunyuan4j.loader;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A checkpoint's folder, which no file name and no link leads out of.
 *
 * <p>The folder may itself be reached through links: what it really is counts. A file in it may be
 * a link to another file in it. A link that leaves it is followed only in a Hugging Face cache,
 * {@code models--<org>--<name>/snapshots/<commit>[/…]}, and only into the {@code blobs} folder of
 * the same {@code models--<org>--<name>}: that is how huggingface_hub stores files. Anything else
 * is refused, so that a downloaded checkpoint cannot make a server read files of its host.
 */
final class ModelFolder {
  /** What common file systems allow. */
  private static final int MAX_NAME_BYTES = 255;

  private final Path path;
  private final Path realPath;
  private final Optional<Path> blobs;

  private ModelFolder(Path path, Path realPath) {
    this.path = path;
    this.realPath = realPath;
    this.blobs = blobsOf(realPath);
  }

  static ModelFolder open(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      throw CheckpointFormatException.of(
          path,
          "expected a folder with a checkpoint, found "
              + (Files.exists(path) ? "a file" : "nothing of that name"));
    }
    return new ModelFolder(path, path.toRealPath());
  }

  Path path() {
    return path;
  }

  /** The file of that name as messages should call it, whether it is there or not. */
  Path file(String name) {
    return path.resolve(name);
  }

  /**
   * Where the file of that name really is, if it is there.
   *
   * @throws CheckpointFormatException if it is a link that leads nowhere or out of the folder
   * @throws IllegalArgumentException if {@code name} is not a plain file name
   */
  Optional<Path> find(String name) throws IOException {
    if (!isPlainName(name)) {
      throw new IllegalArgumentException(
          "expected a plain file name, found " + CheckpointFormatException.quote(name));
    }
    Path entry = realPath.resolve(name);
    try {
      Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Path target = target(entry, file(name));
    if (target.startsWith(realPath) || blobs.filter(target::startsWith).isPresent()) {
      return Optional.of(target);
    }
    throw CheckpointFormatException.of(
        file(name),
        "expected a file inside %s, found a link to %s"
            .formatted(realPath, CheckpointFormatException.printable(target.toString())));
  }

  /** The names in the folder, sorted. */
  Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(realPath)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    }
    return names;
  }

  /** Whether {@code name} can only be a file right inside a folder, on any operating system. */
  static boolean isPlainName(String name) {
    return !name.isBlank()
        && !name.equals(".")
        && !name.equals("..")
        && name.chars()
            .noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c))
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES;
  }

  private static Path target(Path entry, Path shown) throws IOException {
    try {
      return entry.toRealPath();
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (Files.isSymbolicLink(entry)) {
        throw CheckpointFormatException.of(
            shown,
            "expected a file, found a link that leads nowhere: "
                + CheckpointFormatException.printable(Files.readSymbolicLink(entry).toString()));
      }
      throw e;
    }
  }

  /** The folder of blobs that a snapshot of a Hugging Face cache links to. */
  private static Optional<Path> blobsOf(Path folder) {
    Path snapshot = folder;
    for (Path parent = folder.getParent(); parent != null; parent = snapshot.getParent()) {
      Path model = parent.getParent();
      if (isNamed(parent, "snapshots")
          && model != null
          && String.valueOf(model.getFileName()).startsWith("models--")) {
        return Optional.of(model.resolve("blobs"));
      }
      snapshot = parent;
    }
    return Optional.empty();
  }

  private static boolean isNamed(Path path, String name) {
    return String.valueOf(path.getFileName()).equals(name);
  }
}
