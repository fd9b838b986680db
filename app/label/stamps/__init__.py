"""Serial numbers, SSCCs and the life of stamps."""
