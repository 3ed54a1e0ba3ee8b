/**
 * The {@code ./hunyuan} command: {@link io.hunyuan4j.cli.Main} reads the command line, one class a
 * command does the work.
 */
@NullMarked
package io.hunyuan4j.cli;

import org.jspecify.annotations.NullMarked;
