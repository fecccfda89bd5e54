"""The training mode: invented families of one's own to practise on, and nothing of it reaches anybody else."""
