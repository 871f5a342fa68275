"""Pick, download, name and pretrain backbones."""
