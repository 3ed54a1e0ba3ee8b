package io.hunyuan4j.kernels;

import java.io.IOException;
import java.io.InputStream;

/**
 * Loads the vector package once more, for another width than the CPU prefers.
 *
 * <p>C2 compiles vector code only for a species that is a constant, and a constant belongs to a
 * class; so one width is one copy of the classes. Used by tests and by {@code --vector-bits}; the
 * preferred width is loaded in the ordinary way.
 */
final class VectorLoader extends ClassLoader {
  private static final String OWN = "io.hunyuan4j.kernels.";

  VectorLoader(int vectorBits) {
    super("hunyuan-vector-" + vectorBits, VectorLoader.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OWN + "vector.") && !name.startsWith(OWN + "scalar.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String file = "/" + name.replace('.', '/') + ".class";
    try (InputStream in = VectorLoader.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
