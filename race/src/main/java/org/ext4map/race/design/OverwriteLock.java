package org.ext4map.race.design;

/** Fourth piece: what an overwrite holds from where it drops i_mutex until all is submitted. */
public enum OverwriteLock {
  /** Nothing; it counts in i_dio_count, so its blocks stay where they are. */
  NOTHING,

  /** i_data_sem, shared: nobody can change the tree meanwhile. */
  DATA_SEM_SHARED
}
